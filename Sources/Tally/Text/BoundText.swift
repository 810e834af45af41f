/// The text of a bucket's bound: `le="0.005"`.
///
/// Every format uses the canonical form of OpenMetrics, because a series must not change its labels when a scraper
/// negotiates another format: the shortest digits that read back as the same number, with an exponent below 1e-4 and
/// from 1e+06.
///
/// https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#numbers
enum BoundText {
    static func canonical(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        guard value != 0 else { return "0.0" }
        let (digits, exponent) = decimal(value.magnitude)
        let sign = value < 0 ? "-" : ""
        // `exponent` is the first digit's: 0.005 has the digits 5 and the exponent -3.
        if exponent < -4 || exponent >= 6 {
            let rest = digits.dropFirst()
            let magnitude = String(exponent.magnitude)
            return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + (exponent < 0 ? "e-" : "e+")
                + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = digits.prefix(exponent + 1)
        let padding = String(repeating: "0", count: exponent + 1 - whole.count)
        let fraction = digits.dropFirst(exponent + 1)
        return sign + whole + padding + "." + (fraction.isEmpty ? "0" : fraction)
    }

    /// The shortest digits, without leading or trailing zeros, and the power of ten of the first digit.
    private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
        // `description` has the shortest digits, as `5e-05`, `0.005`, `1000000.0` or `1e+16`.
        let parts = value.description.split(separator: "e")
        let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let all = mantissa[0] + fraction
        let significant = all.drop { $0 == "0" }
        var digits = String(significant)
        while digits.last == "0" { digits.removeLast() }
        return (digits, written + mantissa[0].count - 1 - (all.count - significant.count))
    }
}
