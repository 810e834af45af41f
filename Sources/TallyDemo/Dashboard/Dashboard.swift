/// A Grafana dashboard of the metrics of Tally, the sampler and `HTTPServerMetrics`.
///
/// https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
enum Dashboard {
    /// The dashboard's JSON, for Grafana's import.
    static var json: String {
        var panels: [JSON] = []
        var (id, y) = (0, 0)
        for row in DashboardRow.all {
            id += 1
            panels.append(
                .object([
                    ("id", .number(id)), ("type", .text("row")), ("title", .text(row.title)),
                    ("collapsed", .flag(false)), ("gridPos", place(x: 0, y: y, width: 24, height: 1)),
                    ("panels", .list([])),
                ])
            )
            y += 1
            let columns = row.panels.count.isMultiple(of: 3) ? 3 : row.panels.count == 2 ? 2 : 4
            for (index, panel) in row.panels.enumerated() {
                id += 1
                let width = 24 / columns
                let top = y + index / columns * 8
                let place = place(x: index % columns * width, y: top, width: width, height: 8)
                panels.append(json(of: panel, id: id, place: place))
            }
            y += (row.panels.count + columns - 1) / columns * 8
        }
        return dashboard(panels).text(indent: 0) + "\n"
    }

    private static func dashboard(_ panels: [JSON]) -> JSON {
        .object([
            ("title", .text("Tally")), ("uid", .text("tally")), ("tags", .list([.text("tally")])),
            ("timezone", .text("browser")), ("editable", .flag(true)), ("graphTooltip", .number(1)),
            ("schemaVersion", .number(39)), ("refresh", .text("10s")),
            ("time", .object([("from", .text("now-1h")), ("to", .text("now"))])),
            (
                "templating",
                .object([
                    (
                        "list",
                        .list([
                            .object([
                                ("name", .text("datasource")), ("label", .text("Data source")),
                                ("type", .text("datasource")), ("query", .text("prometheus")),
                            ]),
                            variable("job", "label_values(tally_series, job)"),
                            variable("instance", #"label_values(tally_series{job=~"$job"}, instance)"#),
                        ])
                    )
                ])
            ), ("panels", .list(panels)),
        ])
    }

    private static let source = JSON.object([("type", .text("prometheus")), ("uid", .text("${datasource}"))])

    private static func variable(_ name: String, _ query: String) -> JSON {
        .object([
            ("name", .text(name)), ("type", .text("query")), ("datasource", source), ("query", .text(query)),
            ("refresh", .number(2)), ("sort", .number(1)), ("multi", .flag(true)), ("includeAll", .flag(true)),
            ("allValue", .text(".*")),
            ("current", .object([("text", .list([.text("All")])), ("value", .list([.text("$__all")]))])),
        ])
    }

    private static func place(x: Int, y: Int, width: Int, height: Int) -> JSON {
        .object([("h", .number(height)), ("w", .number(width)), ("x", .number(x)), ("y", .number(y))])
    }

    private static func json(of panel: DashboardPanel, id: Int, place: JSON) -> JSON {
        let targets = panel.queries.enumerated().map { index, query -> JSON in
            .object([
                ("refId", .text("\(index)")), ("expr", .text(query.expression)),
                ("legendFormat", .text(query.legend)),
            ])
        }
        let defaults = JSON.object([("unit", .text(panel.unit.rawValue)), ("min", .number(0))])
        return .object([
            ("id", .number(id)), ("type", .text("timeseries")), ("title", .text(panel.title)), ("gridPos", place),
            ("datasource", source), ("targets", .list(targets)),
            ("fieldConfig", .object([("defaults", defaults), ("overrides", .list([]))])),
        ])
    }
}
