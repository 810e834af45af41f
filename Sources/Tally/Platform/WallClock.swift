/// The machine's own clocks, for callers that need no injected one.
package enum WallClock {
    package static func secondsSinceEpoch() -> Double { System.timeOfDay() ?? .nan }

    /// A stamp that shows cheaply whether a better clock is worth reading.
    @inline(__always)
    static func coarseStamp() -> UInt64? { System.coarseStamp() }
}
