public import Synchronization

/// The active states among the cases of an enum: the phase of a server, a circuit breaker, a leader election.
///
/// ```swift
/// enum Phase: String, LabelValue, CaseIterable { case starting, serving, draining }
/// let phase = StateSet<Phase>("server_phase", help: "What the server does.", in: registry)
/// phase.set(.serving)
/// ```
///
/// Each state is a sample, 1 if it is active and 0 otherwise: `server_phase{server_phase="serving"} 1`. Initially no
/// state is active. The samples of one scrape are consistent, even while another thread sets a state.
///
/// A handle is a small value, and its copies set the same states. Updates are lock-free and do not allocate.
///
/// https://prometheus.io/docs/specs/om/open_metrics_spec/#stateset
@safe
public struct StateSet<State: CaseIterable & Equatable & LabelValue>: Instrument {
    @usableFromInline
    let cell: SeriesCell
    /// Retained by the family's definition, which the cell retains.
    @usableFromInline
    let cases: Unmanaged<StateCases<State>>
    /// The `positions` of `cases`, copied so that an update need not load them.
    @usableFromInline
    let positions: UnsafePointer<UInt8>

    init(cell: SeriesCell) {
        self.cell = cell
        let cases = cell.details(as: StateTables.self).cases(of: State.self)
        unsafe self.cases = .passUnretained(cases)
        unsafe positions = cases.positions
    }

    /// Makes a handle to a series.
    public static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    /// Makes a state the only active one. A state that is not in `allCases` is ignored.
    @inlinable
    public func set(_ state: State) {
        unsafe cell.withWords { word in
            guard let bit = bit(of: state) else { return }
            unsafe word.pointee.store(bit, ordering: .relaxed)
        }
    }

    /// Activates or deactivates a state, and leaves the others unchanged. A state that is not in `allCases` is ignored.
    @inlinable
    public func set(_ state: State, to isActive: Bool) {
        unsafe cell.withWords { word in
            guard let bit = bit(of: state) else { return }
            if isActive {
                _ = unsafe word.pointee.bitwiseOr(bit, ordering: .relaxed)
            } else {
                _ = unsafe word.pointee.bitwiseAnd(~bit, ordering: .relaxed)
            }
        }
    }

    /// The active states, in the order of `allCases`.
    public var active: [State] {
        unsafe cell.withWords { word in
            let bits = unsafe word.pointee.load(ordering: .relaxed)
            return unsafe cases._withUnsafeGuaranteedRef { cases in
                (0..<cases.count).filter { bits >> UInt64($0) & 1 == 1 }.map { unsafe cases.states[$0] }
            }
        }
    }

    /// Call only while the block is retained, because the block retains the cases.
    @inlinable
    @inline(__always)
    func bit(of state: State) -> UInt64? {
        if StateCases<State>.isByte {
            let position = unsafe positions[Int(StateCases<State>.byte(of: state))]
            if position != StateCases<State>.none { return 1 &<< UInt64(position) }
        }
        return searchedBit(of: state)
    }

    @inlinable
    @inline(never)
    func searchedBit(of state: State) -> UInt64? {
        unsafe cases._withUnsafeGuaranteedRef { $0.search(state) }.map { 1 &<< UInt64($0) }
    }

    /// The maximum number of states: 64.
    public static var maxStates: Int { StateCases<State>.maxCount }
}

// Unchecked because an unmanaged reference and a pointer are not `Sendable`. The cell's block retains the objects
// behind both, which never change.
extension StateSet: @unchecked Sendable {}

extension StateSet {
    /// Registers a state set, or returns the registered one of the same definition. Traps if the name is invalid or has
    /// another definition.
    ///
    /// - Parameters:
    ///   - name: The metric's name, which is also the name of the label that distinguishes the states:
    ///     `[a-zA-Z_][a-zA-Z0-9_]*`.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - registry: The registry that exposes the state set.
    public init(_ name: StaticString, help: String, in registry: MetricRegistry) {
        self.init(literal: FamilyRequest("\(name)", help, Self.layout), in: registry)
    }

    /// Registers a state set whose name is known only at run time. Throws instead of trapping.
    public init(validating name: String, help: String, in registry: MetricRegistry) throws(RegistrationError) {
        try self.init(FamilyRequest(name, help, Self.layout), in: registry)
    }

    /// Registers a family of state sets whose label names are known only at run time. It has no idle timeout, and
    /// otherwise the parameters of `Counter.family`.
    public static func family(
        validating name: String,
        help: String,
        labelNames: [String],
        maxChildren: Int = 1_000,
        reserved: [[String]] = [],
        in registry: MetricRegistry
    ) throws(RegistrationError) -> DynamicFamily<Self> {
        try family(FamilyRequest(name, help, layout, labelNames, maxChildren: maxChildren), reserved, in: registry)
    }
}

extension Family {
    /// Makes a state the only active one in the child of a label set.
    @inlinable
    public func set<State>(_ state: State, for labels: Labels) where Child == StateSet<State> {
        self[labels].set(state)
    }
}

extension Family {
    /// Registers a family of state sets, or returns the registered one of the same definition. It has no idle timeout.
    public init<State>(
        _ name: StaticString,
        help: String,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        in registry: MetricRegistry
    ) where Child == StateSet<State> {
        let request = FamilyRequest("\(name)", help, Child.layout, maxChildren: maxChildren)
        self.init(literal: request, reserved, in: registry)
    }

    /// Registers a family of state sets whose name is known only at run time. Throws instead of trapping.
    public init<State>(
        validating name: String,
        help: String,
        maxChildren: Int = 1_000,
        reserved: [Labels] = [],
        in registry: MetricRegistry
    ) throws(RegistrationError) where Child == StateSet<State> {
        try self.init(FamilyRequest(name, help, Child.layout, maxChildren: maxChildren), reserved, in: registry)
    }
}

extension StateSet {
    static var layout: InstrumentLayout {
        let states = State.allCases.map { LabelTextWriter.cut($0.labelText) }
        return InstrumentLayout(
            kind: "state set",
            type: .gauge,
            openMetricsType: "stateset",
            ownLabel: .metricName,
            hasUnit: false,
            samples: states.map { .init(part: $0) },
            values: .read { words, _, values in
                // Reads the word once, so that the states in a scrape are consistent.
                let bits = words[0]
                for position in values.indices { values[position] = .integer(bits >> UInt64(position) & 1) }
            },
            details: StateTables(),
            traits: [.init("states", "\(states)")],
            check: { name throws(RegistrationError) in try check(states, of: name) }
        )
    }

    private static func check(_ states: [String], of name: String) throws(RegistrationError) {
        guard (1...maxStates).contains(states.count) else {
            let problem = "has \(states.count) states: a state set must have 1...\(maxStates)"
            throw RegistrationError(.invalidStates, name, problem)
        }
        guard Set(states.map(ByteName.init)).count == states.count else {
            throw RegistrationError(.invalidStates, name, "has two states with the same text in \(states): rename one")
        }
    }
}
