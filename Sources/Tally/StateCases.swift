internal import Synchronization

/// The cases of a ``StateSet``'s enum, in order. The position of a case is also the position of its bit in the word.
///
/// Unchecked because pointers are not `Sendable`. Only the initialiser writes their memory. States are `Sendable`.
@safe
@usableFromInline
final class StateCases<State: CaseIterable & Equatable & LabelValue>: @unchecked Sendable {
    /// The number of bits of a word.
    static var maxCount: Int { 64 }

    /// The cases at the creation of the first handle. A pointer, because generic code allocates for each element that
    /// it reads from an array.
    @usableFromInline
    let states: UnsafePointer<State>
    @usableFromInline
    let count: Int
    /// The positions by the byte of a state, if its type is one trivial byte, such as an enum without payloads.
    @usableFromInline
    let positions: UnsafePointer<UInt8>

    /// The entry of ``positions`` for a byte that is no state.
    @inlinable
    static var none: UInt8 { .max }

    init() {
        let cases = Array(State.allCases.prefix(Self.maxCount))
        count = cases.count
        let states = UnsafeMutablePointer<State>.allocate(capacity: max(1, cases.count))
        for (position, state) in cases.enumerated() { unsafe (states + position).initialize(to: state) }
        unsafe self.states = UnsafePointer(states)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        unsafe memory.initialize(repeating: Self.none, count: 256)
        if Self.isByte {
            // Backwards, so that the first of equal states wins.
            for (position, state) in cases.enumerated().reversed() {
                let first = cases.firstIndex(of: state) ?? position
                unsafe memory[Int(Self.byte(of: state))] = UInt8(first)
            }
        }
        unsafe positions = UnsafePointer(memory)
    }

    deinit {
        unsafe UnsafeMutablePointer(mutating: states).deinitialize(count: count)
        unsafe states.deallocate()
        unsafe positions.deallocate()
    }

    /// True if a state is one trivial byte, which identifies it.
    @inlinable
    static var isByte: Bool { MemoryLayout<State>.size == 1 && _isPOD(State.self) }

    @inlinable
    static func byte(of state: State) -> UInt8 {
        unsafe withUnsafePointer(to: state) { unsafe UnsafeRawPointer($0).load(as: UInt8.self) }
    }

    /// Finds the position of a state by comparing it with each.
    @inlinable
    func search(_ state: State) -> Int? {
        for position in 0..<count where unsafe states[position] == state { return position }
        return nil
    }
}

/// The ``StateCases`` of a family, one for each type of state that it is used with.
final class StateTables: Sendable {
    private let tables = Locked<[ObjectIdentifier: any AnyObject & Sendable]>([:])

    /// The states of a type. Does not allocate after the first call.
    func cases<State>(of type: State.Type) -> StateCases<State> {
        let id = ObjectIdentifier(type)
        if let cases = tables.withLock({ $0[id] }) { return unsafe unsafeDowncast(cases, to: StateCases<State>.self) }
        // Not under the lock, because it runs your `allCases`.
        let made = StateCases<State>()
        let cases = tables.withLock { tables in
            if tables[id] == nil { tables[id] = made }
            return tables[id] ?? made
        }
        return unsafe unsafeDowncast(cases, to: StateCases<State>.self)
    }
}
