/// Instruments of one name that differ in their labels: one child for each label set in use.
///
/// ```swift
/// let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
/// requests[Route(method: .get, outcome: .ok)].increment()
/// ```
///
/// A handle from the subscript can be kept, and is then as fast as an instrument without labels. A family is a small
/// value; copies share its children. Registering the same definition again gives the same family.
///
/// Every family has a limit of children, 1,000 unless told otherwise. Once it is reached, new label sets share one
/// further child, whose label values are `other`; nothing is lost, and `tally_family_overflow_total{family}` counts
/// the lookups that were answered so.
public struct Family<Labels: LabelSet, Child: Instrument>: Sendable {
    @usableFromInline
    let core: FamilyCore<Child>

    init(core: FamilyCore<Child>) {
        self.core = core
    }

    /// The child of a label set, made if it does not exist, or brought back if it was removed.
    ///
    /// Does not allocate when the child exists and its text is of some 400 bytes at most. Label sets of enums and Booleans
    /// alone take no lock then; others take the family's, which nothing holds for work on more than a page of at most
    /// 1,024 children.
    @inlinable
    public subscript(labels: Labels) -> Child {
        // Kept until the handle, which is in its memory, has been copied.
        defer { withExtendedLifetime(core) {} }
        if let handle = unsafe core.handle(of: labels) { return unsafe handle.pointee }
        return core.child(of: labels)
    }

    /// Stops exposing the child of a label set. Returns whether there was one.
    ///
    /// A handle that is still held goes on counting, unseen. The next lookup of the label set exposes that same child
    /// again, with what it has counted; if no handle to it was left, it may begin again at zero.
    @discardableResult
    public func remove(_ labels: Labels) -> Bool {
        unsafe withUnsafePointer(to: labels) { unsafe core.remove(UnsafeRawPointer($0)) }
    }

    /// Stops exposing all children, as ``remove(_:)`` does one.
    public func removeAll() { core.storage.removeAll() }

    /// The number of exposed children, the overflow child included.
    public var count: Int { core.storage.liveCount }
}

extension Family where Child: PlainInstrument {
    /// Registers a family, or finds the one of the same definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name; a wrong one, or a wrong label name in the schema, traps and is named.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - maxChildren: How many children it may have before further ones share the overflow child. A `CaseIterable` label
    ///     set may always have all its cases.
    ///   - idleTimeout: How long a child may go unused before it is no longer exposed, by the registry's clock; for ever if
    ///     it is nil. A lookup is a use, and so is a value that has changed since the last scrape. A handle that is kept
    ///     counts on, and its child is exposed again when it has; a gauge whose handle is kept should not be set to one and
    ///     the same value for so long.
    ///   - registry: Where it is exposed.
    public init(
        _ name: StaticString,
        help: String,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) {
        let layout = Child._kind.layout
        self.init(
            literal: FamilyRequest("\(name)", help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }

    /// Registers a family whose name comes at run time.
    public init(
        validating name: String,
        help: String,
        maxChildren: Int = MetricRegistry.defaultMaxChildren,
        idleTimeout: Duration? = nil,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Child._kind.layout
        try self.init(
            FamilyRequest(name, help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            in: registry
        )
    }
}

extension Family {
    /// Registers a family under the labels of its schema.
    init(_ request: FamilyRequest, in registry: MetricRegistry) throws(RegistrationError) {
        let schema = Labels.schema
        var request = request
        request.labelNames = schema.map(\.name)
        // A closed label set has all its cases, whatever the limit is.
        if request.maxChildren > 0, let cases = Labels.self as? any CaseIterable.Type {
            request.maxChildren = max(request.maxChildren, Self.count(of: cases))
        }
        let storage = try registry.register(request)
        self.init(core: FamilyCore(storage: storage, labels: Labels.self, schema: schema))
    }

    /// Registers a family with a literal name, and traps if a name is invalid.
    init(literal request: FamilyRequest, in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in try Self(request, in: registry) }
    }

    private static func count<Cases: CaseIterable>(of type: Cases.Type) -> Int { type.allCases.count }
}
