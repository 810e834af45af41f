/// Decides when changed files are loaded, from a look at all of them at regular intervals.
struct FileChanges: Sendable {
    /// A hash of each file's contents; nil if it cannot be read.
    typealias Look = [Int?]

    private var loaded: Look
    private var last: Look

    init(_ loaded: Look) {
        self.loaded = loaded
        last = loaded
    }

    /// Returns true if the files have to be loaded: they differ from those loaded last, and have not changed since the
    /// look before. A certificate and its key are thus not loaded between the writes of the two.
    mutating func areDue(_ look: Look) -> Bool {
        defer { last = look }
        guard look != loaded, look == last else { return false }
        loaded = look
        return true
    }
}
