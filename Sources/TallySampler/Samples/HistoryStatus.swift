/// The state of a history: its size and its current failure.
public struct HistoryStatus: Sendable, Hashable {
    /// A failure of the file: `busy`, `full`, `io`, `read_only`, `no_folder`, `corrupt` (renamed and replaced),
    /// `held_by_reader`, `foreign`, `shared`, `size_limit`, `cannot_shrink`, `no_log` or `closed`. More may be added.
    public struct Failure: Hashable, Sendable, CustomStringConvertible {
        /// The value of the label `reason`: `[a-z_]+`.
        public let description: String

        /// Another process has locked the file.
        package static let busy = Failure(description: "busy")
        package static let full = Failure(description: "full")
        package static let inputOutput = Failure(description: "io")
        package static let readOnly = Failure(description: "read_only")
        /// The folder of the file does not exist.
        package static let noFolder = Failure(description: "no_folder")
        package static let corrupt = Failure(description: "corrupt")
        /// The log has reached its limit, and a reader prevents it from being emptied. Nothing is written meanwhile.
        package static let heldByReader = Failure(description: "held_by_reader")
        /// The file belongs to another program or to a later version of Tally, and is not modified.
        package static let foreign = Failure(description: "foreign")
        /// Another process writes to the file. Everything works, but the samples of both mix.
        package static let shared = Failure(description: "shared")
        /// The file has reached its maximum size, so old samples are deleted early.
        package static let sizeLimit = Failure(description: "size_limit")
        /// The file cannot return space to the disk. Only counted, because everything else works.
        package static let cannotShrink = Failure(description: "cannot_shrink")
        /// The file system supports no write-ahead log: readers and the writer wait for each other. Only counted.
        package static let noLog = Failure(description: "no_log")
        package static let closed = Failure(description: "closed")

        /// The name, the problem and the remedy, for a report.
        var report: String {
            let problem =
                switch self {
                case .busy: "another process has locked the file; close it"
                case .full: "the disk is full; free space or shorten the retention"
                case .inputOutput: "the file cannot be read or written; check the disk and the mount"
                case .readOnly: "the file may not be written; correct its permissions or the mount"
                case .noFolder: "the folder of the file does not exist; create it"
                case .shared: "another process writes to the file; give each sampler a file of its own"
                case .sizeLimit: "the file has reached its maximum size; raise maxBytes or shorten the retention"
                case .corrupt: "the file is damaged and is renamed to <name>.corrupt-<time>; suspect the disk"
                case .heldByReader: "another process has read the file for too long; close it"
                case .foreign: "the file belongs to another program or a later Tally; use another path or update"
                case .cannotShrink: "the file cannot return space to the disk; begin a new file"
                case .noLog: "the file system allows no log; move the file to a local disk"
                case .closed: "the sampler was stopped; create a new sampler"
                default: "the history failed"
                }
            return "\(description): \(problem)"
        }
    }

    /// The number of samples kept; nil if they have not been counted.
    public package(set) var rows: Int?
    /// The size in bytes, in memory or files.
    public package(set) var bytes: Int?
    /// The number of ticks that wait to be written.
    public package(set) var backlog: Int
    /// The number of ticks that were dropped before they could be written.
    public package(set) var droppedTicks: Int
    /// The current failure, or nil.
    public package(set) var failure: Failure?
    /// The number of times each failure has begun.
    public package(set) var failures: [Failure: Int]
    /// The file and the error of each failure.
    var causes: [Failure: String] = [:]

    /// The name of a failure, its problem, its remedy, and its file and error, for a report.
    func report(of failure: Failure) -> String {
        failure.report + (causes[failure].map { ": \($0)" } ?? "")
    }

    package init(
        rows: Int? = nil,
        bytes: Int? = nil,
        backlog: Int = 0,
        droppedTicks: Int = 0,
        failure: Failure? = nil,
        failures: [Failure: Int] = [:],
        causes: [Failure: String] = [:]
    ) {
        self.rows = rows
        self.bytes = bytes
        self.backlog = backlog
        self.droppedTicks = droppedTicks
        self.failure = failure
        self.failures = failures
        self.causes = causes
    }
}
