/// How many distinct users were seen within each of some windows: the last 24 hours, the last 7 days.
///
/// ```swift
/// let activeUsers = ActiveUsers(
///     "active_users", help: "Distinct users.", windows: [.hours(24), .days(7)], in: registry)
/// activeUsers.record(userID)
/// ```
///
/// exposes the gauges `active_users{window="24h"}` and `active_users{window="7d"}`, at zero from registration. Windows
/// overlap, so their counts must not be added up; nor must those of several instances, which share users: merge their
/// sketches instead, see ``sketch(over:)``.
///
/// Counts are exact, to a tick: a sixtieth of the shortest window, at most a minute (the longest time that divides every
/// window, to be precise). A user whose last record is a window's length less a tick ago or younger is counted, one
/// whose last record is a window's length ago or older is not. Time is the registry's clock; where it goes back, it
/// stands still here. A user takes 12 bytes divided by how full the tables are, between 16 and 40, until the longest
/// window has passed.
///
/// Identifiers are never kept: what is kept is their SipHash-2-4 under a key of 128 bits, random unless the host gives
/// one. At a million users a collision is expected once in 37 million such counts.
///
/// Beyond `maxUsers`, further users go into a HyperLogLog that remembers times. Windows that have such users are then
/// estimated, with a standard error of 0.81 %, and `tally_active_users_overflow{metric}` is 1.
///
/// A handle is a small value; copies count the same users.
public struct ActiveUsers: Instrument {
    /// Keeps the child from being given back.
    private let cell: SeriesCell
    private let tracker: UserTracker
    private let hash: SipHash

    /// How many users are kept exactly, unless told otherwise.
    public static let defaultMaxUsers = 10_000_000
    /// How many closed hours have their sketches kept, unless told otherwise.
    public static let defaultClosedHours = 48

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

    /// Counts a user as seen now. Ignores an empty identifier.
    ///
    /// Takes no lock if the user was seen a moment ago, and at most that of one shard of 16 for a fraction of a
    /// microsecond otherwise, but for the first record of a tick, which takes all of them. Allocates only where more
    /// users need room.
    ///
    /// - Parameter identifier: Any text, compared by its UTF-8 bytes, however long.
    public func record(_ identifier: String) {
        guard !identifier.utf8.isEmpty else { return }
        tracker.record(hash.hash(identifier))
    }

    /// Counts a user as seen now, by an identifier of bytes: a text's UTF-8 bytes are the same user as the text.
    public func record(bytes identifier: UnsafeRawBufferPointer) {
        guard unsafe !identifier.isEmpty else { return }
        tracker.record(unsafe hash.hash(identifier))
    }

    // MARK: Reading

    /// The windows, from the shortest to the longest.
    public var windows: [Window] { tracker.settings.windows.windows }

    /// How many users each window has. Reads sums that are kept up to date; looks at no user, unless there are more than
    /// `maxUsers`.
    public func counts() -> Counts { Counts(windows: windows, users: tracker.counts()) }

    /// True if more users than `maxUsers` were seen within the longest window, so that counts are estimates.
    public var isEstimated: Bool { tracker.isOverflowing }

    // MARK: Sketches

    /// The users of a window as a sketch, which merges with those of other instances that have the same key.
    ///
    /// Looks at every user, some 10 ns each, a sixteenth of them under a lock at a time.
    ///
    /// - Parameter window: Any window, of which whole ticks count; one longer than the longest is answered as that one.
    public func sketch(over window: Window) -> DistinctSketch {
        let settings = tracker.settings
        let (milliseconds, overflow) = max(0, window.seconds).multipliedReportingOverflow(by: 1000)
        let ticks = overflow ? Int.max : milliseconds / settings.windows.milliseconds
        let registers = tracker.registers(within: min(ticks, settings.windows.longest))
        return DistinctSketch(registers, hashedUnder: settings.key)
    }

    /// What each closed hour saw, from the oldest to the youngest: to be pushed once an hour, under one key a service, hour
    /// and instance. Pushing an hour again changes nothing.
    ///
    /// Hours are those of UTC by the machine's time of day. Should that step back, an hour that comes again goes on
    /// where it was, and is reported once it has passed.
    public func hourlySketches() -> [HourlySketch] {
        tracker.closedHours().map { hour, registers in
            let sketch = DistinctSketch(registers, hashedUnder: tracker.settings.key)
            return HourlySketch(secondsSinceEpoch: hour * 3600, sketch: sketch)
        }
    }

    /// The users that one hour saw.
    public struct HourlySketch: Hashable, Sendable {
        /// When the hour began, in seconds since the Unix epoch: a multiple of 3,600.
        public let secondsSinceEpoch: Int
        /// Who was seen.
        public let sketch: DistinctSketch
    }

    // MARK: For tests

    func _checkInvariants() { tracker._checkInvariants() }

    /// Users and slots in memory.
    var kept: (users: Int, slots: Int) { tracker.kept }
}

extension ActiveUsers {
    /// How many users each window has, from the shortest to the longest.
    public struct Counts: RandomAccessCollection, Hashable, Sendable, CustomStringConvertible {
        /// One window's count.
        public struct Element: Hashable, Sendable {
            /// The window.
            public let window: Window
            /// How many distinct users it has.
            public let users: Int
        }

        private let elements: [Element]

        init(windows: [Window], users: [Int]) {
            elements = zip(windows, users).map { Element(window: $0, users: $1) }
        }

        /// 0.
        public var startIndex: Int { 0 }
        /// The number of windows.
        public var endIndex: Int { elements.count }
        /// One window's count.
        public subscript(position: Int) -> Element { elements[position] }

        /// The count of a window; nil if the users are not counted over it.
        public subscript(window: Window) -> Int? { elements.first { $0.window == window }?.users }

        /// `24h: 57, 7d: 203`.
        public var description: String { elements.map { "\($0.window): \($0.users)" }.joined(separator: ", ") }
    }
}

extension ActiveUsers {
    static func layout(_ settings: UserSettings) -> InstrumentLayout {
        let windows = settings.windows.windows
        return InstrumentLayout(
            kind: "active users",
            type: "gauge",
            ownLabel: .reserved("window"),
            words: windows.count,
            samples: windows.map { .init(part: $0.description) },
            values: .read { words, _, values in
                for window in values.indices { values[window] = .integer(words[window]) }
            },
            makeState: { UserTracker(settings, context: $0) },
            traits: settings.traits
        )
    }
}
