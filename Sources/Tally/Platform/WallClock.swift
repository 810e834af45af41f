/// The machine's own clocks, for callers without an injected clock.
package enum WallClock {
    package static func secondsSinceEpoch() -> Double { System.timeOfDay() ?? .nan }

    /// A cheap timestamp. While it stays the same, a more precise clock is not worth reading.
    @inline(__always)
    static func coarseStamp() -> UInt64? { System.coarseStamp() }
}
