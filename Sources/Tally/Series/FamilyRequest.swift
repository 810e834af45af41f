/// A request for a family by an instrument, a collector or Tally itself.
struct FamilyRequest: Sendable {
    /// The name as given, without prefix and suffix.
    var name: String
    var help: String
    var layout: InstrumentLayout
    var labelNames: [String] = []
    var maxChildren = 1_000
    /// The time after which an unused child is hidden. Nil if children never expire.
    var idleTimeout: Duration?
    /// True if the name is defined by a standard or by Tally. It takes no prefix, and hosts cannot change it.
    var isStandard = false
    /// True if the values mirror an external source whose start time is unknown.
    var isMirrored = false
    /// The storages that share the name and the limit. Nil if all series have the same label names.
    var group: ShapeGroup?

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

    /// Requests a family whose name is defined by a standard or by Tally.
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
