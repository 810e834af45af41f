/// Instruments with the same name and different labels: one child for each label set in use.
///
/// ```swift
/// let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
/// requests.increment(for: Route(method: .get, outcome: .ok))
/// ```
///
/// Count with the family's own methods, such as `increment(for:)`. If you use the same label set many times, keep its
/// child (`let served = requests[…]`), which is as fast as an instrument without labels. A family is a small value, and
/// its copies share the children. Registering the same definition again returns the same family.
///
/// A family has at most `maxChildren` children, 1,000 by default. Further label sets share one more child, whose label
/// values are `other`, so that no count is lost. `tally_family_overflow_total{family}` counts these lookups.
///
/// If callers can fill a family with label sets of their own, declare the real ones as `reserved`. They exist from
/// registration, do not count towards `maxChildren`, and never expire. ``remove(_:)`` hides a reserved child until its
/// next lookup, which finds a place even if the family is full. There may be more of them than `maxChildren`.
/// Duplicates count once. Registering the family again with other reserved label sets adds those.
public struct Family<Labels: LabelSet, Child: Instrument>: Sendable {
    @usableFromInline
    let core: FamilyCore<Child>

    init(core: FamilyCore<Child>) {
        self.core = core
    }

    /// The child of a label set. Creates the child if it does not exist, and exposes it again if it was removed.
    ///
    /// For a handle to keep. The handle holds a reference to the child, and threads compete for its reference count, so
    /// an update without a handle is faster: `increment(for:)`. ``LabelSet`` says which lookups take the family's lock,
    /// whose holders work on at most one page of 512 children.
    @inlinable
    public subscript(labels: Labels) -> Child {
        // The core owns the memory of the handle, so it must live until the handle is copied.
        defer { withExtendedLifetime(core) {} }
        if let handle = unsafe core.handle(of: labels) { return unsafe handle.pointee }
        if let child = unsafe core.withOpenHandle(of: labels, { unsafe $0.pointee }) { return child }
        return core.child(of: labels)
    }

    /// Removes the child of a label set from the exposition and returns whether it existed.
    ///
    /// Existing handles continue to count, but are not exposed. The next lookup of the label set exposes the same child
    /// with its count. If no handle remains, the child may restart at zero.
    @discardableResult
    public func remove(_ labels: Labels) -> Bool {
        unsafe withUnsafePointer(to: labels) { unsafe core.remove(UnsafeRawPointer($0)) }
    }

    /// Removes all children from the exposition, as ``remove(_:)`` does for one.
    public func removeAll() { core.storage.removeAll() }

    /// The number of exposed children, including the overflow child.
    public var count: Int { core.storage.liveCount }
}

extension Family where Child: PlainInstrument {
    /// Registers a family, or returns the registered one of the same definition. Traps if the name or a label name is
    /// invalid, or if the name has another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, as for an instrument without labels.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - maxChildren: The maximum number of children. Further label sets share the overflow child. A `CaseIterable`
    ///     label set always has room for all its cases.
    ///   - reserved: Label sets that are exposed from registration and stand outside `maxChildren`, so that no others
    ///     can push them into the overflow child. They do not expire.
    ///   - idleTimeout: The time, by the registry's clock, after which an unused child is no longer exposed. Must be
    ///     positive; nil, the default, means never. A lookup counts as use, and so does a change of the value, both at
    ///     the time of the next scrape. A hidden child whose handle still exists is exposed again once its value
    ///     changes, so a gauge that is set to the same value stays hidden.
    ///   - contended: True to spread the value of every child over cache lines, so that updates of one child scale with
    ///     the cores: 1 to 16 KiB for each child.
    ///   - registry: The registry that exposes the family.
    public init(
        _ name: StaticString,
        help: String,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) {
        let layout = Child._kind.layout(isContended: contended)
        self.init(
            literal: FamilyRequest("\(name)", help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }

    /// Registers a family whose name is known only at run time. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let layout = Child._kind.layout(isContended: contended)
        try self.init(
            FamilyRequest(name, help, layout, maxChildren: maxChildren, idleTimeout: idleTimeout),
            reserved,
            in: registry
        )
    }
}

extension Family {
    /// Registers a family with the label names of its schema.
    ///
    /// - Parameter reserved: Label sets outside the limit.
    init(
        _ request: FamilyRequest,
        _ reserved: [Labels] = [],
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        let schema = Labels.schema
        var request = request
        request.labelNames = schema.map(\.name)
        // All cases are created at registration, so the limit is at least their number.
        if request.maxChildren > 0, let cases = Labels.self as? any CaseIterable.Type {
            request.maxChildren = max(request.maxChildren, Self.count(of: cases))
        }
        let storage = try registry.register(request)
        self.init(core: FamilyCore(storage: storage, labels: Labels.self, schema: schema))
        for labels in reserved { core.reserve(labels) }
    }

    init(literal request: FamilyRequest, _ reserved: [Labels] = [], in registry: MetricRegistry) {
        self = RegistrationError.trapping { () throws(RegistrationError) in try Self(request, reserved, in: registry) }
    }

    /// Puts every label set with one of these values of a label outside the limit. Such children are created as usual,
    /// on their first lookup.
    func reserve(_ values: [String], ofLabel name: String) {
        guard let label = core.storage.definition.labelNames.firstIndex(of: name) else { return }
        core.storage.reserve(values: values, ofLabel: label)
    }

    private static func count<Cases: CaseIterable>(of type: Cases.Type) -> Int { type.allCases.count }
}
