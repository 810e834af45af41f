/// The family that an instrument, a collector or the library asks a registry for.
struct FamilyRequest: Sendable {
    /// The name as given, without prefix and suffix.
    var name: String
    var help: String
    var layout: InstrumentLayout
    var labelNames: [String] = []
    var maxChildren = 1_000
    /// The time after which an unused child is hidden, or nil for never.
    var idleTimeout: Duration?
    /// True if the name is a standard's or the library's. It takes no prefix, and hosts cannot change it.
    var isStandard = false
    /// True if the values mirror an external source whose start time is unknown.
    var isMirrored = false
}
