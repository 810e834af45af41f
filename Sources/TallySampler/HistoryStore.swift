/// Where a sampler keeps what it has sampled: `.memory(maxSamples:)`, or `.sqlite(path:)` with the trait `SQLite`.
///
/// A sampler appends from one task at a time; a history is asked for from any.
public protocol HistoryStore: Sendable {
    /// Keeps a tick: all of its samples or none. Ticks come with rising times; one of a time that is there already takes
    /// its place.
    ///
    /// - Throws: If the tick was lost. One that waits to be written is not lost.
    func append(_ tick: HistoryTick) async throws

    /// Drops ticks from before a time. Never scans all of them.
    ///
    /// - Parameter time: In seconds since the Unix epoch.
    func prune(before time: Int64) async throws

    /// The values of a metric that fall into each bucket of time, oldest first; buckets without a value are left out.
    ///
    /// Where a subject has several containers at one time, their values are summed first.
    func history(_ query: HistoryQuery) async throws -> [HistoryPoint]

    /// Whose samples there are of these times, each subject once: the host, this process, then containers and control groups
    /// by their ids.
    ///
    /// - Parameters:
    ///   - from: From when on, in seconds since the Unix epoch.
    ///   - through: Up to when, that included.
    func subjects(from: Int64, through: Int64) async throws -> [SampleSubject]

    /// The time of the newest tick that is kept, in seconds since the Unix epoch.
    func newestTime() async throws -> Int64?

    /// What a sampler tells of the store in its own metrics.
    func status() async -> HistoryStatus

    /// Writes what waits to be written, and lets go of the file. Appending afterwards is an error. Twice does no harm.
    func close() async
}

/// The samples of one time.
public struct HistoryTick: Sendable, Equatable {
    /// In seconds since the Unix epoch.
    public var time: Int64
    /// At most one of a subject and container.
    public var samples: [Sample]

    /// A tick of these parts.
    public init(time: Int64, samples: [Sample]) {
        self.time = time
        self.samples = samples
    }
}

/// Which values of a history are wanted.
public struct HistoryQuery: Sendable, Hashable {
    /// Of what.
    public var metric: SampleMetric
    /// Whose.
    public var subject: SampleSubject
    /// From when on, in seconds since the Unix epoch.
    public var from: Int64
    /// Up to when, that included.
    public var through: Int64
    /// How long a bucket is, in seconds: at least 1. Buckets begin at multiples of it since the Unix epoch.
    public var bucketSeconds: Int64

    /// A query of these parts.
    public init(metric: SampleMetric, subject: SampleSubject, from: Int64, through: Int64, bucketSeconds: Int64) {
        self.metric = metric
        self.subject = subject
        self.from = from
        self.through = through
        self.bucketSeconds = bucketSeconds
    }
}

/// The values of one bucket of time.
public struct HistoryPoint: Sendable, Hashable {
    /// When the bucket begins, in seconds since the Unix epoch.
    public let time: Int64
    /// How many values there are: one or more.
    public let count: Int
    /// The smallest.
    public let min: Double
    /// Their mean.
    public let mean: Double
    /// The largest.
    public let max: Double

    /// A point of these parts.
    public init(time: Int64, count: Int, min: Double, mean: Double, max: Double) {
        self.time = time
        self.count = count
        self.min = min
        self.mean = mean
        self.max = max
    }
}

/// How a store is.
public struct HistoryStatus: Sendable, Hashable {
    /// What a store cannot do at present. More may be added.
    public struct Failure: Hashable, Sendable, CustomStringConvertible {
        /// The value of the metrics' label `reason`: `[a-z_]+`.
        public let description: String

        /// Another process has locked the file.
        public static let busy = Failure(description: "busy")
        /// The disk is full.
        public static let full = Failure(description: "full")
        /// The file cannot be read or written.
        public static let inputOutput = Failure(description: "io")
        /// The file or its folder may not be written.
        public static let readOnly = Failure(description: "read_only")
        /// The file was corrupt, was set aside, and a new one begun.
        public static let corrupt = Failure(description: "corrupt")
        /// Another process has been reading the file for so long that the log beside it cannot be emptied; nothing is
        /// written to it meanwhile.
        public static let heldByReader = Failure(description: "held_by_reader")
        /// The file is another program's, or a later version's, and is not touched.
        public static let foreign = Failure(description: "foreign")
        /// The file was begun in a way that it cannot give room back to the disk. Counted only: all else works.
        public static let cannotShrink = Failure(description: "cannot_shrink")
        /// The file system allows no log beside the file: readers and the writer wait for each other. Counted only.
        public static let noLog = Failure(description: "no_log")
        /// It was closed.
        public static let closed = Failure(description: "closed")
    }

    /// Samples kept; nil if they have not been counted.
    public var rows: Int?
    /// Bytes taken, in memory or in files.
    public var bytes: Int?
    /// Ticks that wait to be written.
    public var backlog: Int
    /// Ticks that were dropped because they waited too long, since the store was made.
    public var droppedTicks: Int
    /// What is wrong now; nil if all is well.
    public var failure: Failure?
    /// The number of times each failure has begun since the store was made.
    public var failures: [Failure: Int]

    /// A status of these parts.
    public init(
        rows: Int? = nil,
        bytes: Int? = nil,
        backlog: Int = 0,
        droppedTicks: Int = 0,
        failure: Failure? = nil,
        failures: [Failure: Int] = [:]
    ) {
        self.rows = rows
        self.bytes = bytes
        self.backlog = backlog
        self.droppedTicks = droppedTicks
        self.failure = failure
        self.failures = failures
    }
}
