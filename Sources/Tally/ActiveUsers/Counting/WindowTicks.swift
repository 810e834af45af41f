/// Windows in whole ticks, and how long a tick is.
///
/// A tick is the longest time that divides every window, and is neither longer than a minute nor than a sixtieth of the
/// shortest window. A window then ends where a tick does, so that it can be exact.
struct WindowTicks: Sendable, Equatable {
    /// From the shortest to the longest.
    let windows: [Window]
    /// The length of a tick.
    let milliseconds: Int
    /// The number of ticks of each window.
    let counts: [Int]

    var longest: Int { counts.last ?? 1 }

    static let maxWindows = 16
    /// Four bytes each, so at most 16 MiB.
    static let maxTicks = 1 << 22
    private static let maxSeconds = 3660 * 86400

    init(validating windows: [Window], for name: String) throws(RegistrationError) {
        func invalid(_ problem: String) -> RegistrationError { RegistrationError(.invalidWindows, name, problem) }
        guard let shortest = windows.first else { throw invalid("has no windows") }
        guard windows.count <= Self.maxWindows else { throw invalid("has more than \(Self.maxWindows) windows") }
        for (index, window) in windows.enumerated() {
            guard window.seconds > 0 else {
                throw invalid("has the window \(window), which is not longer than nothing")
            }
            guard window.seconds <= Self.maxSeconds else {
                throw invalid("has the window \(window), which is longer than ten years")
            }
            guard index == 0 || windows[index - 1].seconds != window.seconds else {
                throw invalid("has the windows \(windows[index - 1]) and \(window), which are the same")
            }
            guard index == 0 || windows[index - 1].seconds < window.seconds else {
                throw invalid("has the window \(window) after \(windows[index - 1]), which is longer: windows rise")
            }
        }
        let common = windows.reduce(0) { Self.greatestCommonDivisor($0, $1.seconds) } * 1000
        var tick = min(60_000, shortest.seconds * 1000 / 60)
        // Ends at 1 at the latest.
        while common % tick != 0 { tick -= 1 }
        let counts = windows.map { $0.seconds * 1000 / tick }
        guard counts[counts.count - 1] <= Self.maxTicks else {
            let longest = windows[windows.count - 1]
            let problem = "\(tick) ms, the longest that divides all, is too short for \(longest)"
            throw invalid("has windows that no common tick suits: \(problem)")
        }
        self.windows = windows
        milliseconds = tick
        self.counts = counts
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
