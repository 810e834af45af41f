/// The number of distinct users seen in each of several sliding windows, such as the last 24 hours and the last 7 days.
///
/// ```swift
/// let activeUsers = ActiveUsers(
///     "active_users",
///     help: "Distinct users.",
///     windows: [.hours(24), .days(7)],
///     in: registry
/// )
/// activeUsers.record(userID)
/// ```
///
/// Each window is a gauge, exposed at zero from registration: `active_users{window="24h"}`,
/// `active_users{window="7d"}`. Windows overlap, so never add their counts. Never add the counts of several instances
/// either, because instances share users: merge their sketches (``sketch(over:)``). Copies of an `ActiveUsers` value
/// count into the same series.
///
/// **Accuracy.** Counts are exact to one *tick*: the longest time, at most a minute, that divides every window and is
/// no more than a sixtieth of the shortest. A user leaves a window when the window's length has passed since the last
/// record, or up to one tick earlier. If the registry's clock goes backwards, the tick does not change until the clock
/// catches up.
///
/// **Memory.** Each user takes 16 to 40 bytes until the longest window has passed.
///
/// **Privacy.** Tally stores no identifiers, only SipHash-2-4 hashes under a 128-bit key, which is random unless you
/// provide one. With a million users, one count in 37 million contains a hash collision.
///
/// **Overflow.** Users beyond `maxUsers` are counted by a HyperLogLog with timestamps. The counts of windows that
/// contain such users are estimates with a standard error of 0.81 %, and `tally_active_users_overflow{metric}` is 1.
public struct ActiveUsers: Instrument {
    /// Retains the child.
    private let cell: SeriesCell
    private let tracker: UserTracker
    private let hash: SipHash

    /// Makes a handle to a series.
    public static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    init(cell: SeriesCell) {
        self.cell = cell
        guard let state = unsafe cell.block.state(cell.block.slot(of: cell.words)) else {
            // A `_Series<ActiveUsers>` exists only where the layout makes trackers.
            preconditionFailure("the series counts no users")
        }
        let tracker = unsafe unsafeDowncast(state, to: UserTracker.self)
        self.tracker = tracker
        hash = SipHash(key: tracker.settings.key)
    }

    // MARK: Recording

    /// Records that a user is active now. Empty identifiers are ignored.
    ///
    /// Lock-free if the user was recorded a moment ago. Otherwise takes one of 16 shard locks for a fraction of a
    /// microsecond; the first record of a tick takes all 16. Allocates only when the tables grow, after an overflow,
    /// and at the first records of an hour.
    ///
    /// - Parameter identifier: Any text of any length, compared by its UTF-8 bytes.
    public func record(_ identifier: String) {
        guard !identifier.utf8.isEmpty else { return }
        tracker.record(hash.hash(identifier))
    }

    /// Records a user by bytes. The UTF-8 bytes of a text identify the same user as the text.
    public func record(bytes identifier: UnsafeRawBufferPointer) {
        guard unsafe !identifier.isEmpty else { return }
        tracker.record(unsafe hash.hash(identifier))
    }

    // MARK: Reading

    /// The windows, in ascending order.
    public var windows: [Window] { tracker.settings.windows.windows }

    /// Returns the number of users in each window. O(windows): reads sums that are maintained as users are recorded.
    /// Scans users only after an overflow.
    public func counts() -> Counts { Counts(windows: windows, users: tracker.counts()) }

    /// True if the longest window contains users beyond `maxUsers`, so that counts are estimates.
    public var isEstimated: Bool { tracker.isOverflowing }

    // MARK: Sketches

    /// Returns a sketch of the users of a window, to merge with those of other instances with the same key.
    ///
    /// O(users): about 10 ns each. Holds one of 16 shard locks at a time.
    ///
    /// - Parameter window: A window, rounded down to whole ticks and limited to the longest registered one.
    public func sketch(over window: Window) -> DistinctSketch {
        let settings = tracker.settings
        let (milliseconds, overflow) = max(0, window.seconds).multipliedReportingOverflow(by: 1000)
        let ticks = overflow ? Int.max : milliseconds / settings.windows.milliseconds
        let registers = tracker.registers(within: min(ticks, settings.windows.longest))
        return DistinctSketch(registers, hashedUnder: settings.key)
    }

    /// Returns a sketch of the users of each closed hour that is retained (`closedHours`), in ascending order.
    ///
    /// A closed hour is a clock hour (UTC, by the machine's clock) that has ended. Push the sketches to a database once
    /// an hour, each under a key of service, hour and instance. Pushing an hour again has no effect. If the clock steps
    /// back, the repeated hour continues to collect users, and is returned once it has ended again.
    public func hourlySketches() -> [HourlySketch] {
        tracker.closedHours().map { hour, registers in
            let sketch = DistinctSketch(registers, hashedUnder: tracker.settings.key)
            return HourlySketch(secondsSinceEpoch: hour * 3600, sketch: sketch)
        }
    }

    /// The users of one hour.
    public struct HourlySketch: Hashable, Sendable {
        /// The start of the hour in seconds since the Unix epoch, a multiple of 3,600.
        public let secondsSinceEpoch: Int
        /// The users.
        public let sketch: DistinctSketch
    }

    // MARK: For tests

    func _checkInvariants() { tracker._checkInvariants() }

    var kept: (users: Int, slots: Int) { tracker.kept }
}

extension ActiveUsers {
    /// The number of users in each window, in ascending order of the windows.
    public struct Counts: RandomAccessCollection, Hashable, Sendable, CustomStringConvertible {
        /// One window's count.
        public struct Element: Hashable, Sendable {
            /// The window.
            public let window: Window
            /// The number of distinct users in the window.
            public let users: Int
        }

        private let elements: [Element]

        init(windows: [Window], users: [Int]) {
            elements = zip(windows, users).map { Element(window: $0, users: $1) }
        }

        /// Always 0.
        public var startIndex: Int { 0 }
        /// The number of windows.
        public var endIndex: Int { elements.count }
        /// One window's count.
        public subscript(position: Int) -> Element { elements[position] }

        /// The number of users in a window, or nil if the window is not registered.
        public subscript(window: Window) -> Int? { elements.first { $0.window == window }?.users }

        /// A text such as `24h: 57, 7d: 203`.
        public var description: String { elements.map { "\($0.window): \($0.users)" }.joined(separator: ", ") }
    }
}

extension ActiveUsers {
    static func layout(_ settings: UserSettings) -> InstrumentLayout {
        let windows = settings.windows.windows
        return InstrumentLayout(
            kind: "active users",
            type: .gauge,
            ownLabel: .reserved("window"),
            words: windows.count,
            samples: windows.map { .init(part: $0.description) },
            values: .read { words, _, values in
                for window in values.indices { values[window] = .integer(words[window]) }
            },
            makeState: { UserTracker(settings, context: $0) },
            hasSettledWords: true,
            traits: settings.traits
        )
    }
}
