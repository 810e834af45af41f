internal import Synchronization

/// The number of users last seen in each tick of the longest window, and the resulting number in each window.
///
/// Pure state: no clock, no lock. Many threads may move users concurrently. The tick advances only while none does.
///
/// Invariants, while no method runs (`_checkInvariants`): the sum of a window is the sum of the counts of its ticks; no
/// count is negative.
///
/// Unchecked because pointers are not `Sendable`: they point at atomics that live as long as the ring.
@safe
final class TickRing: @unchecked Sendable {
    private let length: Int
    private let windowTicks: [Int]
    /// The numbers of users, by tick modulo the length.
    private let counts: UnsafeMutablePointer<Atomic<Int32>>
    /// The numbers of users, by window.
    private let sums: UnsafeMutablePointer<Atomic<Int>>

    init(_ windows: WindowTicks) {
        length = windows.longest
        windowTicks = windows.counts
        unsafe counts = .allocate(capacity: length)
        for index in 0..<length { unsafe (counts + index).initialize(to: Atomic(0)) }
        unsafe sums = .allocate(capacity: windows.counts.count)
        for index in windows.counts.indices { unsafe (sums + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe counts.deallocate()
        unsafe sums.deallocate()
    }

    /// Ticks are never negative: the first is 0.
    private func count(_ tick: Int) -> UnsafeMutablePointer<Atomic<Int32>> { unsafe counts + tick % length }

    /// Adds a user to the current tick. The user was in no window before.
    func enter(_ now: Int) {
        unsafe count(now).pointee.wrappingAdd(1, ordering: .relaxed)
        add(toWindowsOfAtMost: .max)
    }

    /// Moves a user from the tick `age` ticks ago to the current one.
    func move(_ age: Int, _ now: Int) {
        guard age < length else { return enter(now) }
        unsafe count(now - age).pointee.wrappingSubtract(1, ordering: .relaxed)
        unsafe count(now).pointee.wrappingAdd(1, ordering: .relaxed)
        add(toWindowsOfAtMost: age)
    }

    /// Adds to the longest window first. `users()` reads in the opposite order, so it never finds more users in a short
    /// window than in a long one.
    private func add(toWindowsOfAtMost ticks: Int) {
        for index in windowTicks.indices.reversed() where windowTicks[index] <= ticks {
            unsafe sums[index].wrappingAdd(1, ordering: .releasing)
        }
    }

    func advance(from old: Int, to now: Int) {
        guard now - old < length else { return clear() }
        for tick in (old + 1)...now {
            for (index, ticks) in windowTicks.enumerated() where tick >= ticks {
                let leaving = unsafe count(tick - ticks).pointee.load(ordering: .relaxed)
                unsafe sums[index].wrappingSubtract(Int(leaving), ordering: .relaxed)
            }
            unsafe count(tick).pointee.store(0, ordering: .relaxed)
        }
    }

    private func clear() {
        for index in 0..<length { unsafe counts[index].store(0, ordering: .relaxed) }
        for index in windowTicks.indices { unsafe sums[index].store(0, ordering: .relaxed) }
    }

    /// The number of users in each window. Call only while the tick cannot advance.
    func users() -> [Int] { windowTicks.indices.map { unsafe sums[$0].load(ordering: .acquiring) } }

    func _checkInvariants(_ now: Int) {
        #if DEBUG
        for (index, ticks) in windowTicks.enumerated() {
            var sum = 0
            for tick in max(0, now - ticks + 1)...now {
                let count = unsafe Int(count(tick).pointee.load(ordering: .relaxed))
                assert(count >= 0)
                sum += count
            }
            assert(unsafe sums[index].load(ordering: .relaxed) == sum)
        }
        #endif
    }
}
