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

    init(
        _ name: String,
        _ help: String,
        _ layout: InstrumentLayout,
        _ labelNames: [String] = [],
        maxChildren: Int = 1_000,
        idleTimeout: Duration? = nil
    ) {
        self.name = name
        self.help = help
        self.layout = layout
        self.labelNames = labelNames
        self.maxChildren = maxChildren
        self.idleTimeout = idleTimeout
    }

    /// A family under a standard's name, or the library's.
    init(
        standard name: String,
        _ help: String,
        _ layout: InstrumentLayout,
        _ labelNames: [String] = [],
        maxChildren: Int = 1_000,
        isMirrored: Bool = true
    ) {
        self.init(name, help, layout, labelNames, maxChildren: maxChildren)
        isStandard = true
        self.isMirrored = isMirrored
    }
}
