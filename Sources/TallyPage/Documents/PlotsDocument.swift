/// The plots of the page's host, for the page's script.
enum PlotsDocument {
    /// More plots than a page can show, and more points than it has pixels.
    private static let maxPlots = 200
    private static let maxPoints = 2_000

    static func json(_ plots: [PagePlot]) -> [UInt8] {
        var json = JSONBytes()
        json.object { json in
            json.key("found")
            json.whole(plots.count)
            json.key("plots")
            json.array(of: plots.prefix(maxPlots)) { json, plot in
                json.object { json in
                    json.key("title")
                    json.string(plot.title)
                    json.key("unit")
                    json.string(plot.unit.rawValue)
                    json.key("points")
                    json.array(of: plot.points.suffix(maxPoints)) { json, point in
                        json.array { json in
                            json.whole(point.time)
                            json.point(Float(point.value))
                        }
                    }
                }
            }
        }
        return json.bytes
    }
}
