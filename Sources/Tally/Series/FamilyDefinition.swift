internal import Synchronization

/// The immutable part of a family, with its constant text computed once.
@usableFromInline
final class FamilyDefinition: Sendable {
    /// The request, with the exposed name.
    let request: FamilyRequest
    let constantLabels: [ConstantLabel]
    let context: RegistryContext
    /// All names that no other family may use. See ``InstrumentLayout/claims(of:in:)``.
    let claims: Set<ByteName>
    @usableFromInline
    let details: any AnyObject & Sendable
    /// The number of lookups that overflow children answered in collectors' storages that no longer exist.
    let pastOverflow = Atomic<UInt64>(0)
    /// The number of scrapes that could not collect the family.
    let collectionErrors = Atomic<UInt64>(0)
    /// True once a series has had an exemplar. Spares scrapes the search for them in every block.
    let hasExemplars = Atomic(false)

    let shape: PageShape
    /// True if every scraper can read all names.
    private let hasLegacyNames: Bool
    /// The beginning of a sample if a series has only one: `name{` with the constant labels. Stored once per family,
    /// because it would dominate the memory that a scrape reads for each series.
    let lineHead: LabelFragments
    /// The text between a series' own labels and the value, stored with the labels: `} `.
    let lineEnd: [UInt8]
    /// The text before each label's value: `method="`, then `",outcome="`, and so on.
    let fragments: LabelFragments
    /// The label value of the overflow child, which new label sets share once the family is full.
    static let overflowValue = "other"
    let overflowLabels: [UInt8]
    let text: TextPieces
    let json: JSONPieces
    let protobuf: ProtobufPieces

    /// - Parameters:
    ///   - request: The request, under the name to expose.
    ///   - registeredName: The name before escaping.
    init(
        _ request: FamilyRequest,
        registeredName: String? = nil,
        constantLabels: [ConstantLabel],
        context: RegistryContext
    ) {
        let (name, layout, labelNames) = (request.name, request.layout, request.labelNames)
        self.request = request
        self.constantLabels = constantLabels
        self.context = context
        claims = layout.claims(of: name)
        details = layout.details
        shape = PageShape(layout)
        hasLegacyNames =
            MetricName.isValid(name) && (labelNames + constantLabels.map(\.name)).allSatisfy(MetricName.isValidLabel)
        let heads = labelNames.enumerated().map { index, label in
            Array((index == 0 ? "" : "\",").utf8) + NameText.label(label) + Array("=\"".utf8)
        }
        fragments = LabelFragments(heads)
        overflowLabels = heads.flatMap { $0 + Array(Self.overflowValue.utf8) } + (heads.isEmpty ? [] : Array("\"".utf8))

        var constant = constantLabels.flatMap { label in
            NameText.label(label.name) + Array("=\"".utf8) + LabelTextWriter.escaped(label.value)
                + Array("\",".utf8)
        }
        if labelNames.isEmpty { _ = constant.popLast() }
        let hasLabels = !(labelNames.isEmpty && constantLabels.isEmpty)
        let unit = layout.unit(of: registeredName ?? name)
        text = TextPieces(request, unit: unit, constant: constant, hasLabels: hasLabels)
        json = JSONPieces(request, constantLabels: constantLabels)
        protobuf = ProtobufPieces(request, unit: unit, constantLabels: constantLabels)
        lineHead = LabelFragments([layout.isLine ? text.samples[0].head : []])
        lineEnd = layout.isLine ? text.labelsEnd : []
    }

    var name: String { request.name }
    var labelNames: [String] { request.labelNames }
    var idleTimeout: Duration? { request.idleTimeout }
    var layout: InstrumentLayout { request.layout }

    /// The family under escaped names, or nil if the escaping changes none of them.
    func escaped(by escaping: NameEscaping) -> FamilyDefinition? {
        guard escaping == .dots || !hasLegacyNames else { return nil }
        let constant = constantLabels.map {
            ConstantLabel(name: escaping.escaped($0.name, asLabel: true), value: $0.value)
        }
        var request = request
        request.labelNames = labelNames.map { escaping.escaped($0, asLabel: true) }
        request.name = layout.escaped(name, by: escaping)
        guard constant != constantLabels || request.labelNames != labelNames || request.name != name else { return nil }
        return FamilyDefinition(request, registeredName: name, constantLabels: constant, context: context)
    }

    /// The names under the `dots` escaping. Distinct for families with distinct claims.
    var dottedClaims: Set<ByteName> { layout.claims(of: name, in: [.dots]) }

    /// True if series record their creation times.
    var hasStartTimes: Bool { layout.hasCreated && !request.isMirrored }

    /// True if OpenMetrics exposes creation times.
    var hasCreatedSamples: Bool { hasStartTimes && context.exposesCreated }

    var samplesPerSeries: Int { layout.samples.count }

    /// True if the series of two families with the same name can never be equal.
    func canStandBeside(_ other: FamilyDefinition) -> Bool {
        // Storages of one group differ in their label names.
        if let group = request.group, group === other.request.group { return true }
        return layout.kind == other.layout.kind
            && constantLabels.contains { label in
                other.constantLabels.contains {
                    ByteName($0.name) == ByteName(label.name) && ByteName($0.value) != ByteName(label.value)
                }
            }
    }
}

extension FamilyRequest {
    /// The name of the label that distinguishes the samples of a series.
    var ownLabel: String? {
        switch layout.ownLabel {
        case .reserved(let label): label
        case .metricName: name
        case nil: nil
        }
    }
}
