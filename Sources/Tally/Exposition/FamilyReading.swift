/// A family in a ``RegistryReading``.
package struct FamilyReading: Sendable {
    /// The lookups of label sets that share a full family's overflow child.
    package struct Overflow: Sendable {
        package var lookups: UInt64 = 0
        /// The estimated number of distinct label sets.
        package var labelSets = 0.0
    }

    /// The name and the constant labels, which together distinguish a family from those of included registries.
    package struct Identity: Hashable, Sendable {
        let name: ByteName
        /// The escaped text of the constant labels: `lib="a"`.
        package let constantText: [UInt8]

        init(_ definition: FamilyDefinition) {
            name = ByteName(definition.name)
            constantText = Array(
                definition.constantLabels.map { label in
                    NameText.label(label.name) + Array("=\"".utf8) + LabelTextWriter.escaped(label.value)
                        + Array("\"".utf8)
                }.joined(separator: ",".utf8)
            )
        }
    }

    private let family: Snapshot.Family
    package let identity: Identity
    package let overflow: Overflow

    init(_ family: Snapshot.Family, _ overflow: Overflow) {
        self.family = family
        self.overflow = overflow
        identity = Identity(family.definition)
    }

    package var name: String { family.definition.name }
    package var help: String { family.definition.request.help }
    /// The kind in messages: `active users`.
    package var kind: String { family.definition.layout.kind }
    /// The type in Prometheus text.
    package var type: String { family.definition.layout.type.text }
    /// The names of the family's own labels.
    package var labelNames: [String] { family.definition.labelNames }
    package var constantLabels: [(name: String, value: String)] {
        family.definition.constantLabels.map { ($0.name, $0.value) }
    }
    /// True if the series have native buckets beside their samples.
    package var isNative: Bool { family.definition.layout.distribution?.readNative != nil }
    /// The label that distinguishes the samples of a series: `le`.
    package var sampleLabel: String? { family.definition.request.ownLabel }
    /// The samples of a series: the suffix of the name, and the value of ``sampleLabel``.
    package var samples: [(suffix: String, part: String?)] {
        family.definition.layout.samples.map { ($0.suffix, $0.part) }
    }
    package var children: Int { family.view.live }
    /// The number of children that count towards ``maxChildren``.
    package var limitedChildren: Int { family.view.limited }
    package var maxChildren: Int { family.definition.request.maxChildren }

    /// Calls `body` for each series, in the order of exposition.
    package func forEachSeries(_ body: (SeriesReading) -> Void) {
        let definition = family.definition
        let names = definition.fragments
        var values = Array(repeating: SampleValue.absent, count: definition.layout.samples.count)
        for entry in family.view.pages {
            guard let page = entry.page else { continue }
            for slot in 0..<Int(entry.count) where !entry.isHidden(slot) {
                definition.layout.values.read(page.wordsWithState(slot), into: &values)
                let text = unsafe Array(page.labels(slot))
                var start = 0
                let ranges = (0..<names.count).map { index in
                    let end = page.valueEnd(slot, index)
                    defer { start = end }
                    return start + names[index].length..<end
                }
                body(SeriesReading(labels: text, labelValues: ranges, values: values))
            }
        }
    }
}

/// A series in a ``FamilyReading``.
package struct SeriesReading: Sendable {
    /// The escaped text of the series' own labels: `method="get",outcome="ok"`.
    package let labels: [UInt8]
    /// The places of the escaped label values in ``labels``, in the order of the label names.
    package let labelValues: [Range<Int>]
    /// The values of the samples, in the order of ``FamilyReading/samples``.
    package let values: [SampleValue]
}

extension InstrumentLayout.Values {
    /// Reads the samples of a series, in the order of Prometheus text.
    func read(_ words: SeriesWords, into values: inout [SampleValue]) {
        switch self {
        case .totals: values[0] = .integer(Total.clamped(words[0]))
        case .numbers: values[0] = .number(Double(bitPattern: words[0]))
        case .constant(let value): values[0] = .integer(value)
        case .read(let read): read(words, false, &values)
        }
    }
}
