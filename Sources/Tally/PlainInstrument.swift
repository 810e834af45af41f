/// An instrument that needs no more than a name and a help text.
///
/// Types outside of Tally cannot register a family: only Tally makes a `_PlainKind`.
public protocol PlainInstrument: Instrument {
    /// The kind of family that holds this instrument.
    static var _kind: _PlainKind<Self> { get }
}

/// The kind of the families of `Child`. Opaque: it has no public initialiser and no public member.
public struct _PlainKind<Child>: Sendable {
    let layout: InstrumentLayout

    init(_ layout: InstrumentLayout) {
        self.layout = layout
    }
}

extension PlainInstrument {
    /// Registers an instrument without labels, or finds the one of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`; a counter's gets `_total` where it lacks it. A wrong
    ///     name, or one that another definition has, traps and is named.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - registry: Where it is exposed.
    public init(_ name: StaticString, help: String, in registry: MetricRegistry) {
        self.init(literal: FamilyRequest("\(name)", help, Self._kind.layout), in: registry)
    }

    /// Registers an instrument whose name comes at run time.
    public init(validating name: String, help: String, in registry: MetricRegistry) throws(RegistrationError) {
        try self.init(FamilyRequest(name, help, Self._kind.layout), in: registry)
    }

    /// Registers a family whose label names come at run time: the names in the order in which values are given. The
    /// other parameters are those of a ``Family``.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        let layout = _kind.layout
        return try family(
            FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }
}
