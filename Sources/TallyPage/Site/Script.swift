/// The page's script, in the order of its parts.
enum Script {
    static let text = [
        elements, units, promQL, curves, charts, health, limits, series, families, plots, controls, polling,
    ].joined()
}
