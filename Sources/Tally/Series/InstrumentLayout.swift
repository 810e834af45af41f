/// A kind of instrument: everything that the registry, the storage and the encoders know about it.
///
/// An instrument declares its layout in its own file. No other file names a kind, so adding a kind means adding a file.
struct InstrumentLayout: Sendable {
    /// The kind's name in messages: `counter with fractions`. Layouts of one kind differ only in their ``traits``.
    var kind: String
    /// The type in every format but OpenMetrics.
    var type: MetricType
    /// The type in OpenMetrics, if it differs.
    var openMetricsType: String?
    /// The suffix of the family's name, which OpenMetrics leaves out: `_total`.
    var nameSuffix = ""
    /// The suffixes of further names that no other family may use: `_bucket`.
    var sampleSuffixes: [String] = []
    /// The label that distinguishes the samples of a series.
    var ownLabel: OwnLabel?
    /// True if the name can end in a unit.
    var hasUnit = true
    /// True if updates take exemplars.
    var takesExemplars = false
    /// True if OpenMetrics has a sample for the creation time.
    var hasCreated = false

    /// The number of words per series, without stripes.
    var words = 1
    /// The number of stripes per series, so that threads on different cores do not share a cache line.
    var stripes = 1
    /// The samples of a series, in the order of Prometheus text.
    var samples = [Sample()]
    /// The members of a series' JSON object. Nil if each sample is an object with a `value`.
    var members: [Member]?
    /// The conversion from words to samples.
    var values: Values
    /// The distribution that a series describes. Nil if each sample is a number of its own.
    var distribution: Distribution?

    /// An object that the instrument keeps per family.
    var details: any AnyObject & Sendable = NoDetails.shared
    /// Creates the object that a series keeps beside its words.
    var makeState: (@Sendable (RegistryContext) -> any SeriesState)?
    /// True if the state updates the words before a scrape reads them.
    var hasSettledWords = false
    /// The parameters that two registrations must agree on.
    var traits: [Trait] = []
    /// Throws if the parameters are invalid. Receives the exposed name.
    var check: @Sendable (_ name: String) throws(RegistrationError) -> Void = { _ in }

    enum OwnLabel: Sendable, Equatable {
        /// A name that the family's labels cannot have: `le`.
        case reserved(String)
        case metricName
    }

    struct Sample: Sendable {
        /// The suffix of the sample's name after the family's name: `_bucket`.
        var suffix = ""
        /// The value of ``InstrumentLayout/ownLabel``.
        var part: String?
    }

    /// The text before a sample's value in a JSON object, after the closing quote of the previous value: `,"sum":"`.
    struct Member: Sendable {
        let text: String
        let sample: Int
    }

    /// The buckets of a histogram, in formats that have a message for it.
    struct Distribution: Sendable {
        /// The upper bounds of the classic buckets, without infinity.
        var bounds: [Double]
        /// Reads the native buckets, if there are any.
        var readNative: (@Sendable (_ words: SeriesWords, _ counts: inout NativeCounts) -> Void)?
    }

    /// True for a histogram with native buckets.
    var isNative: Bool { distribution?.readNative != nil }

    enum Values: Sendable {
        /// Each series is one word, an integer total. Encoders write neighbours in one run.
        case totals
        /// Each series is one word, the bits of a `Double`.
        case numbers(canFall: Bool)
        /// Each series is one sample that never changes.
        case constant(UInt64)
        /// A closure computes the values of all samples, from words that it reads once.
        case read(@Sendable (_ words: SeriesWords, _ isOpenMetrics: Bool, _ values: inout [SampleValue]) -> Void)
    }

    /// A parameter, with its text in messages.
    struct Trait: Sendable {
        let name: String
        let text: String
        /// Equal if the parameters agree.
        let identity: ByteName

        init(_ name: String, _ text: String, identity: String? = nil) {
            self.name = name
            self.text = text
            self.identity = ByteName(identity ?? text)
        }

        static let uncontended = Trait("contention", "not contended")
    }

    private final class NoDetails: Sendable {
        static let shared = NoDetails()
    }
}

extension InstrumentLayout {
    /// The distance in words between neighbouring series.
    var stride: Int { stripes == 1 ? words : stripes * Stripes.size(of: words) }

    /// The layout of series that are spread over stripes.
    func contended(_ values: Values) -> InstrumentLayout {
        var layout = self
        layout.stripes = Stripes.count
        layout.values = values
        layout.set(Trait(Trait.uncontended.name, "contended"))
        return layout
    }

    /// Replaces the trait of the same name, at its place: two registrations compare their traits in order.
    mutating func set(_ trait: Trait) {
        guard let place = traits.firstIndex(where: { $0.name == trait.name }) else { return traits.append(trait) }
        traits[place] = trait
    }

    /// True if a series is one sample without a label of its own.
    var isLine: Bool { samples.count == 1 && samples[0].part == nil }

    /// True if each series is one word with an integer total, so that neighbouring series are neighbouring words.
    var isRunOfWords: Bool {
        if case .totals = values { return true }
        return false
    }

    // MARK: Names

    /// The exposed name of a family of this kind.
    func exposedName(_ name: String) -> String { name.utf8.hasSuffix(nameSuffix) ? name : name + nameSuffix }

    /// The name in OpenMetrics, without the suffix of the kind.
    func baseName(of name: String) -> String {
        // By bytes, because the character before the suffix may combine with its underscore.
        String(Substring(name.utf8.dropLast(nameSuffix.utf8.count)))
    }

    /// The name in an escaping. A metric's name that is also a label's has no colon.
    func escaped(_ name: String, by escaping: NameEscaping) -> String {
        escaping.escaped(name, asLabel: ownLabel == .metricName)
    }

    /// All names that a family uses in any format: its own, its name in OpenMetrics, and those of its samples.
    ///
    /// - Parameter escapings: By default, those that leave names unchanged or can make two names equal.
    func claims(of name: String, in escapings: [NameEscaping] = [.allowUTF8, .underscores, .values]) -> Set<ByteName> {
        var claims: Set<ByteName> = []
        for escaping in escapings {
            let name = escaped(name, by: escaping)
            let base = baseName(of: name)
            claims.formUnion([name, base].map(ByteName.init))
            claims.formUnion(sampleSuffixes.map { ByteName(base + $0) })
        }
        return claims
    }

    /// The unit at the end of a registered name. The name is not escaped, so that no escaping changes the unit.
    ///
    /// "If non-empty, it MUST be a suffix of the MetricFamily name separated by an underscore": `a.seconds` has none.
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/#unit
    func unit(of name: String) -> String? {
        let base = baseName(of: name)
        return hasUnit ? Self.units.first { base.utf8.hasSuffix("_\($0)") } : nil
    }

    /// Base units, as Prometheus names them. https://prometheus.io/docs/practices/naming/#base-units
    private static let units = [
        "seconds", "bytes", "ratio", "celsius", "kelvin", "meters", "volts", "amperes", "joules", "grams", "hertz",
    ]
}
