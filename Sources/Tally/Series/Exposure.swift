/// The bits of a child's exposure.
enum Exposure {
    static let exposed: UInt8 = 1
    /// Set by lookups since the last search for idle children.
    static let used: UInt8 = 2
}
