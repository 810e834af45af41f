import Tally

/// A family to make for a label.
struct FamilyDescription: Sendable {
    let name: String
    let label: String
    let help: String
    let maxChildren: Int
    /// True if the buckets chosen for the label are invalid.
    var hasStandardBuckets = false
    let registry: MetricRegistry
    /// Called when another family takes the name.
    let onReplaced: @Sendable () -> Void

    init(name: String, of label: String, _ settings: BridgeSettings) {
        self.name = name
        self.label = label
        help = settings.help(of: label)
        maxChildren = settings.maxChildren
        registry = settings.registry
        onReplaced = { [rejections = settings.rejections] in rejections.count(.kind, label) }
    }

    /// A family of one series that nobody scrapes.
    init(name: String, in registry: MetricRegistry) {
        self.name = name
        label = ""
        help = ""
        maxChildren = 1
        hasStandardBuckets = true
        self.registry = registry
        onReplaced = {}
    }
}
