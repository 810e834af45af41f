/// Encodes a snapshot as an `ExportMetricsServiceRequest` of OTLP.
///
/// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
struct OTLPEncoder {
    let resource: [(key: String, value: String)]
    /// The time of the snapshot.
    let time: UnixTime?

    /// The aggregation temporality of totals that count from their start time.
    private static let cumulative: UInt64 = 2

    func encode(_ snapshot: Snapshot) -> [UInt8] {
        var request = ProtobufWriter()
        request.nested(1) { metrics in
            metrics.nested(1) { resource in
                for (name, value) in self.resource { Self.attribute(1, name, value.utf8, to: &resource) }
            }
            metrics.nested(2) { scope in
                scope.nested(1) { $0.string(1, "Tally") }
                var index = 0
                while index < snapshot.families.count {
                    var end = index + 1
                    while end < snapshot.families.count, snapshot.families[end].continuesPrevious { end += 1 }
                    // A metric has points of one type, but a library's histogram may have other buckets.
                    for isNative in [false, true] {
                        let run = snapshot.families[index..<end]
                        let families = run.filter { $0.definition.layout.isNative == isNative }
                        if !families.isEmpty { scope.nested(2) { write(families, to: &$0) } }
                    }
                    index = end
                }
            }
        }
        return request.bytes
    }

    /// Writes families of one name and type as one metric.
    private func write(_ families: [Snapshot.Family], to metric: inout ProtobufWriter) {
        guard let definition = families.first?.definition else { return }
        metric.string(1, definition.name)
        metric.string(2, definition.request.help)
        let layout = definition.layout
        let isTotal = layout.type.startField != nil
        // gauge, sum, histogram, exponential_histogram
        let field = layout.distribution == nil ? (isTotal ? 7 : 5) : (layout.isNative ? 10 : 9)
        metric.nested(field) { data in
            for family in families { write(family, to: &data) }
            guard isTotal else { return }
            data.varint(2, Self.cumulative)
            if layout.distribution == nil { data.varint(3, 1) }
        }
    }

    private func write(_ family: Snapshot.Family, to data: inout ProtobufWriter) {
        var reader = SeriesReader(family.definition, shown: family.definition)
        for entry in family.view.pages {
            guard let page = entry.page else { continue }
            for slot in 0..<Int(entry.count) where !entry.isHidden(slot) {
                reader.read(page, slot)
                if family.definition.layout.distribution == nil {
                    writeNumbers(reader, page, slot, to: &data)
                } else {
                    data.nested(1) { writeHistogram(reader, page, slot, to: &$0) }
                }
            }
        }
    }

    private func writeNumbers(_ reader: SeriesReader, _ page: SeriesPage, _ slot: Int, to data: inout ProtobufWriter) {
        let start = reader.start(page, slot)
        for (index, sample) in reader.definition.layout.samples.enumerated() {
            data.nested(1) { point in
                reader.forEachLabel(page, slot, part: sample.part) { Self.attribute(7, $0, $1, to: &point) }
                writeTimes(start, to: &point)
                switch reader.values[index] {
                case .integer(let total): point.fixed(6, total)
                case .number(let number): point.double(4, number)
                case .absent: break
                }
                if let exemplar = page.exemplar(slot, 0) { point.nested(5) { Self.write(exemplar, to: &$0) } }
            }
        }
    }

    private func writeHistogram(
        _ reader: SeriesReader,
        _ page: SeriesPage,
        _ slot: Int,
        to point: inout ProtobufWriter
    ) {
        var native = reader.native
        native?.limitSpan()
        reader.forEachLabel(page, slot, part: nil) { Self.attribute(native == nil ? 9 : 1, $0, $1, to: &point) }
        writeTimes(reader.start(page, slot), to: &point)
        point.fixed(4, reader.count)
        // "Negative events can be recorded, but sum should not be filled out when doing so."
        let hasNegative = (reader.classic.first?.bound ?? 0) < 0 || native?.negative.isEmpty == false
        if reader.sum >= 0, !hasNegative { point.double(5, reader.sum) }
        if let native {
            point.zigzag(6, Int64(native.schema))
            point.fixed(7, native.zeroCount)
            Self.write(native.positive, 8, to: &point)
            Self.write(native.negative, 9, to: &point)
            point.double(14, native.zeroThreshold)
        } else {
            point.nested(6) { counts in
                var last: UInt64 = 0
                for bucket in reader.classic + [(.infinity, reader.count)] {
                    counts.fixed(bucket.count - last)
                    last = bucket.count
                }
            }
            point.nested(7) { bounds in for bucket in reader.classic { bounds.fixed(bucket.bound.bitPattern) } }
        }
        for index in 0...reader.classic.count {
            guard let exemplar = page.exemplar(slot, index) else { continue }
            point.nested(native == nil ? 8 : 11) { Self.write(exemplar, to: &$0) }
        }
    }

    /// Writes the counts from the first to the last bucket in use. OTLP numbers buckets by their lower bounds.
    private static func write(_ buckets: [NativeCounts.Bucket], _ field: Int, to point: inout ProtobufWriter) {
        guard let first = buckets.first else { return }
        point.nested(field) { message in
            message.zigzag(1, Int64(first.key - 1))
            message.nested(2) { counts in
                var key = first.key
                for bucket in buckets {
                    while key < bucket.key {
                        counts.varint(0)
                        key += 1
                    }
                    counts.varint(bucket.count)
                    key += 1
                }
            }
        }
    }

    private func writeTimes(_ start: UnixTime?, to point: inout ProtobufWriter) {
        if let start { point.fixed(2, start.total) }
        if let time { point.fixed(3, time.total) }
    }

    private static func write(_ exemplar: ExemplarStore.Entry, to message: inout ProtobufWriter) {
        for label in exemplar.labels {
            if label.name == "trace_id", let id = bytes(ofHex: label.value, count: 16) {
                message.data(5, id)
            } else if label.name == "span_id", let id = bytes(ofHex: label.value, count: 8) {
                message.data(4, id)
            } else {
                attribute(7, label.name, label.value.utf8, to: &message)
            }
        }
        if let time = UnixTime(exemplar.seconds) { message.fixed(2, time.total) }
        message.double(3, exemplar.value)
    }

    private static func bytes(ofHex text: String, count: Int) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
        guard digits.count == 2 * count, text.utf8.count == digits.count else { return nil }
        return (0..<count).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }

    private static func attribute(
        _ field: Int,
        _ name: String,
        _ value: some Collection<UInt8>,
        to message: inout ProtobufWriter
    ) {
        message.nested(field) { pair in
            pair.string(1, name)
            pair.nested(2) { $0.data(1, value) }
        }
    }
}
