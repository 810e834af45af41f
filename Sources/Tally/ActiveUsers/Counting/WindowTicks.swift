/// Windows in whole ticks, and the length of a tick.
///
/// A tick is the longest time that divides every window and is at most a minute and at most a sixtieth of the shortest
/// window. Every window is then a whole number of ticks, so its count can be exact.
struct WindowTicks: Sendable, Equatable {
    /// In ascending order.
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
        guard let shortest = windows.first else { throw invalid("has no windows: pass 1 to \(Self.maxWindows)") }
        guard windows.count <= Self.maxWindows else {
            throw invalid("has \(windows.count) windows: at most \(Self.maxWindows) are allowed")
        }
        for (index, window) in windows.enumerated() {
            guard window.seconds > 0 else {
                throw invalid("has the window \(window): its length must be positive")
            }
            guard window.seconds <= Self.maxSeconds else {
                throw invalid("has the window \(window): its length must be at most \(Self.maxSeconds / 86400)d")
            }
            guard index == 0 || windows[index - 1].seconds != window.seconds else {
                let pair = "\(windows[index - 1]) and \(window)"
                throw invalid("has the windows \(pair), which have the same length: remove one")
            }
            guard index == 0 || windows[index - 1].seconds < window.seconds else {
                let problem = "has the window \(window) after the longer \(windows[index - 1])"
                throw invalid("\(problem): sort them in ascending order")
            }
        }
        let common = windows.reduce(0) { Self.greatestCommonDivisor($0, $1.seconds) } * 1000
        var tick = min(60_000, shortest.seconds * 1000 / 60)
        // Ends at 1 at the latest.
        while common % tick != 0 { tick -= 1 }
        let counts = windows.map { $0.seconds * 1000 / tick }
        guard counts[counts.count - 1] <= Self.maxTicks else {
            let longest = windows[windows.count - 1]
            let problem = "of \(tick) ms is too short for \(longest): choose rounder windows"
            throw invalid("has windows whose common tick \(problem)")
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
