import TallySampler

/// A page with a plot of each series, drawn as SVG.
struct PlotPage {
    let html: String

    init(of series: [HistorySeries]) {
        let plots = series.map { series in
            let name = "\(series.subject.kind) \(series.subject.name): \(series.metric)\(series.isRate ? "/s" : "")"
            let newest = series.points.last.map { " \($0.mean)" } ?? ""
            return "<figure><figcaption>\(Self.escaped(name + newest))</figcaption>\(Self.svg(series.points))</figure>"
        }
        html = """
            <!DOCTYPE html><meta charset="utf-8"><title>Containers</title>
            <style>figure{display:inline-block;margin:8px}polyline{fill:none;stroke:teal}</style>
            \(plots.joined(separator: "\n"))
            """
    }

    private static func svg(_ points: [HistoryPoint]) -> String {
        let times = points.map { Double($0.time) }
        let top = points.map(\.max).max() ?? 0
        guard let first = times.first, let last = times.last, last > first, top > 0 else { return "" }
        let line = points.map { point in
            "\((Double(point.time) - first) / (last - first) * 300),\(60 - point.mean / top * 58)"
        }
        return #"<svg width="300" height="62"><polyline points="\#(line.joined(separator: " "))"/></svg>"#
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
