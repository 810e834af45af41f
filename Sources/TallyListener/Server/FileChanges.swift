/// Decides when to load changed files, from regular looks at all of them.
struct FileChanges: Sendable {
    /// A hash of each file's contents; nil if it cannot be read.
    typealias Look = [Int?]

    private var loaded: Look
    private var last: Look
    /// The number of looks since the files were rejected; nil if they were accepted.
    private var rejectedLooks: Int?

    init(_ loaded: Look) {
        self.loaded = loaded
        last = loaded
    }

    /// Returns true if the files differ from those loaded last and have not changed since the previous look. This
    /// avoids a load between the writes of a certificate and of its key.
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

    /// Records the outcome of loading the files.
    mutating func wereLoaded(_ success: Bool) { rejectedLooks = success ? nil : 0 }

    /// A rejection may have a temporary cause, such as too many open files, so the same files are tried again.
    private static let looksBeforeRetry = 60
}
