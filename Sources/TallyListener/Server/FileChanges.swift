/// Decides when changed files are loaded, from a look at all of them at regular intervals.
struct FileChanges: Sendable {
    /// A hash of each file's contents; nil if it cannot be read.
    typealias Look = [Int?]

    private var loaded: Look
    private var last: Look
    /// The looks since the files were rejected; nil if they were used.
    private var rejectedLooks: Int?

    init(_ loaded: Look) {
        self.loaded = loaded
        last = loaded
    }

    /// Returns true if the files have to be loaded: they differ from those loaded last, and have not changed since the
    /// look before. A certificate and its key are thus not loaded between the writes of the two.
    mutating func areDue(_ look: Look) -> Bool {
        defer { last = look }
        if let count = rejectedLooks, look == loaded, look == last {
            rejectedLooks = count + 1
            return count + 1 >= Self.looksBeforeRetry
        }
        guard look != loaded, look == last else { return false }
        loaded = look
        rejectedLooks = nil
        return true
    }

    /// Notes whether the files that were due could be used.
    mutating func wereLoaded(_ success: Bool) { rejectedLooks = success ? nil : 0 }

    /// A rejection may have a passing reason, such as too many open files, so the same files are tried again.
    private static let looksBeforeRetry = 60
}
