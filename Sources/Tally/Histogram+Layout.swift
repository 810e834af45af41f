extension Histogram {
    fileprivate static let kind = "histogram"

    /// The words of a series are a count for each bound and for `+Inf`, the sum of durations in nanoseconds, and the
    /// sum of numbers. `_count` is computed from the buckets, so the two always agree.
    static func layout(_ buckets: Buckets, isContended: Bool = false) -> InstrumentLayout {
        let layout = layout(buckets)
        return isContended ? layout.contended(values(buckets.finite, stripes: Stripes.count)) : layout
    }

    private static func layout(_ buckets: Buckets) -> InstrumentLayout {
        let bounds = buckets.finite
        let texts = (bounds + [.infinity]).map(BoundText.canonical)
        let (sum, count) = (texts.count, texts.count + 1)
        // prom2json writes whole numbers without a fraction.
        let keys = texts.map { $0.utf8.hasSuffix(".0") ? String($0.dropLast(2)) : $0 }
        return InstrumentLayout(
            kind: kind,
            type: .histogram,
            sampleSuffixes: ["_bucket", "_count", "_sum", "_created"],
            ownLabel: .reserved("le"),
            takesExemplars: true,
            hasCreated: true,
            words: bounds.count + 3,
            samples: texts.map { .init(suffix: "_bucket", part: $0) } + [
                .init(suffix: "_sum"), .init(suffix: "_count"),
            ],
            members: keys.enumerated().map { index, key in
                .init(text: "\(index == 0 ? "\"buckets\":{" : ",")\"\(key)\":\"", sample: index)
            } + [.init(text: "},\"count\":\"", sample: count), .init(text: ",\"sum\":\"", sample: sum)],
            values: values(bounds, stripes: 1),
            distribution: .init(bounds: bounds),
            details: FixedBuffer(bounds, padding: 3, of: .infinity),
            traits: [.init("buckets", "\(bounds)"), .init("native buckets", "none"), .uncontended],
            check: { name throws(RegistrationError) in try buckets.validate(for: name) }
        )
    }

    private static func values(_ bounds: [Double], stripes: Int) -> InstrumentLayout.Values {
        let canSumFall = bounds.contains { $0 < 0 }
        let (sum, count) = (bounds.count + 1, bounds.count + 2)
        return .read { words, isOpenMetrics, values in
            // Without classic buckets, the native ones are the count.
            var cumulative = bounds.isEmpty ? words.state(as: OctaveTable.self)?.total ?? 0 : 0
            for bucket in 0..<sum {
                cumulative &+= Self.count(words, bucket, bounds.count, stripes: stripes)
                values[bucket] = .integer(cumulative)
            }
            let total = Self.sum(words, bounds.count, stripes: stripes)
            // OpenMetrics forbids a sum that can decrease, and a count without a sum.
            let hasSum = !isOpenMetrics || (total >= 0 && !canSumFall)
            values[sum] = hasSum ? .number(total) : .absent
            values[count] = hasSum ? .integer(cumulative) : .absent
        }
    }

    static func count(_ words: SeriesWords, _ bucket: Int, _ boundCount: Int, stripes: Int) -> UInt64 {
        let size = Stripes.size(of: boundCount + 3)
        var total: UInt64 = 0
        for stripe in 0..<stripes { total &+= words[stripe * size + bucket] }
        return total
    }

    static func sum(_ words: SeriesWords, _ boundCount: Int, stripes: Int) -> Double {
        let size = Stripes.size(of: boundCount + 3)
        var total = 0.0
        for first in stride(from: 0, to: stripes * size, by: size) {
            total += Double(bitPattern: words[first + boundCount + 2])
            total += Double(Int64(bitPattern: words[first + boundCount + 1])) / 1e9
        }
        return total
    }
}

extension CollectedFamily {
    /// A histogram, which counts observations by bucket. The other parameters are those of
    /// ``counter(_:help:labelNames:maxChildren:)``.
    public static func histogram(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        buckets: Buckets,
        maxChildren: Int = 1_000
    ) -> CollectedFamily {
        CollectedFamily(name, help, Histogram.layout(buckets), labelNames, maxChildren)
    }
}

extension CollectedSamples {
    /// Sets the counts and the sum of a histogram.
    ///
    /// - Parameters:
    ///   - family: A family that the collector lists.
    ///   - labels: The label values, in the order of the family's label names.
    ///   - counts: The number of observations in each bucket, not cumulative. The last one is the number beyond all
    ///     bounds. Their sum is at most `Int.max`.
    ///   - sum: The sum of the observations, a finite number.
    public mutating func set(_ family: CollectedFamily, _ labels: [String] = [], counts: [Int], sum: Double) {
        guard let layout = layout(of: family), layout.kind == Histogram.kind, layout.words == counts.count + 2
        else { return reject(.notCollected) }
        guard counts.allSatisfy({ $0 >= 0 }) else { return reject(.negative) }
        guard sum.isFinite, Self.total(of: counts) != nil else { return reject(.notFinite) }
        update(family, labels) { words, isShared in
            let before = counts.indices.map { isShared ? Int(clamping: words[$0]) : 0 }
            // Exposed buckets are cumulative, so the sum of all counts must not exceed `Int.max`.
            var room = Int.max - (Self.total(of: before) ?? .max)
            for (index, count) in counts.enumerated() {
                let added = min(count, room)
                room -= added
                words[index] = UInt64(before[index] + added)
            }
            words.set(counts.count + 1, to: sum, adding: isShared)
        }
    }

    /// The sum of counts, or nil if it exceeds `Int.max`.
    private static func total(of counts: [Int]) -> Int? {
        counts.reduce(0) { total, count in
            guard let (sum, overflow) = total?.addingReportingOverflow(count), !overflow else { return nil }
            return sum
        }
    }
}
