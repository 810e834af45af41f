/// An instrument that needs only a name and a help text: ``Counter``, ``FloatCounter``, ``Gauge``.
///
/// Types outside Tally gain nothing by conforming, because only Tally creates a `_PlainKind`.
public protocol PlainInstrument: Instrument {
    /// The kind of family that holds this instrument.
    static var _kind: _PlainKind<Self> { get }
}

/// The kind of the families of `Child`. Opaque: it has no public initialiser and no public member.
public struct _PlainKind<Child>: Sendable {
    private let layout: InstrumentLayout
    private let contended: InstrumentLayout.Values

    /// - Parameter contended: The values of series that are spread over stripes.
    init(_ layout: InstrumentLayout, contended: InstrumentLayout.Values) {
        self.layout = layout
        self.contended = contended
    }

    func layout(isContended: Bool) -> InstrumentLayout {
        isContended ? layout.contended(contended) : layout
    }
}

extension PlainInstrument {
    /// Registers an instrument without labels, or returns the registered one of the same definition. Traps if the name
    /// is invalid or has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`. A counter's name gets a missing `_total`.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - contended: True to spread the value over four pairs of cache lines for each core (1 to 16 KiB), so that
    ///     updates scale with the cores. Worth its memory from some millions of updates a second. Without contention,
    ///     an update costs the same.
    ///   - registry: The registry that exposes the instrument.
    public init(_ name: StaticString, help: String, contended: Bool = false, in registry: MetricRegistry) {
        self.init(literal: FamilyRequest("\(name)", help, Self._kind.layout(isContended: contended)), in: registry)
    }

    /// Registers an instrument whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(FamilyRequest(name, help, Self._kind.layout(isContended: contended)), in: registry)
    }

    /// Registers a family whose label names are known only at run time. Throws if the name or a label name is invalid.
    ///
    /// - Parameters:
    ///   - name: The metric's name, as for an instrument without labels.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - labelNames: The label names, in the order in which a lookup takes the values.
    ///   - maxChildren: The maximum number of children. Further label sets share the overflow child.
    ///   - reserved: Label sets outside `maxChildren`, as in ``Family``, each with one value for each label name.
    ///   - idleTimeout: The time after which an unused child is hidden, as in ``Family``. Nil, the default, is never.
    ///   - contended: True to spread the value of every child, as for an instrument without labels.
    ///   - registry: The registry that exposes the family.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        maxChildren: Int = 1_000,
        reserved: [[String]] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let layout = _kind.layout(isContended: contended)
        return try family(
            FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }
}

// No caller compiles, so the bodies never run, and `fatalError()` only satisfies the compiler.
extension Instrument {
    /// Unavailable, because a name that is not a literal can be invalid at run time.
    @available(
        *,
        unavailable,
        message: "a name that is not a literal needs init(validating:help:in:), which throws if it is invalid"
    )
    public init(_ name: String, help: String, in registry: MetricRegistry) {
        fatalError()
    }

    /// Unavailable, because an instrument with labels is a family.
    @available(
        *,
        unavailable,
        message: "labels make a family: Family<Labels, Child>(_:help:in:), or family(validating:help:labelNames:in:)"
    )
    public init(_ name: String, help: String, labelNames: [String], in registry: MetricRegistry) {
        fatalError()
    }
}
