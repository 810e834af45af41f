/// A panel of the dashboard: its queries, and the unit of their values.
struct DashboardPanel {
    /// The identifiers of Grafana's units.
    enum Unit: String {
        case requests = "reqps"
        case operations = "ops"
        case seconds = "s"
        case bytes = "bytes"
        case bytesPerSecond = "Bps"
        case share = "percentunit"
        case number = "short"
    }

    struct Query {
        var expression: String
        var legend: String
    }

    var title: String
    var unit: Unit
    var queries: [Query]

    init(_ title: String, _ unit: Unit, _ queries: (expression: String, legend: String)...) {
        self.title = title
        self.unit = unit
        self.queries = queries.map { Query(expression: $0.expression, legend: $0.legend) }
    }
}

/// A row of panels.
struct DashboardRow {
    var title: String
    var panels: [DashboardPanel]
}
