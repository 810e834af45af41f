/// How names that are not `[a-zA-Z_:][a-zA-Z0-9_:]*` are written for a scraper, which it says as `escaping` in its Accept
/// header.
///
/// Only registries with ``NameValidation/utf8`` have such names; of others, ``dots`` alone changes anything.
///
/// https://prometheus.io/docs/instrumenting/escaping_schemes/
public struct NameEscaping: Sendable, Hashable, CustomStringConvertible {
    /// The scheme's name, as in an Accept header: `allow-utf-8`.
    public let description: String

    /// Every byte sequence that is no part of a name becomes `_`: `my.metric` is `my_metric`. What every scraper reads.
    public static let underscores = NameEscaping(description: "underscores")
    /// A dot becomes `_dot_`, an underscore `__`, anything else `__`: `my.metric_a` is `my_dot_metric__a`. Of every name,
    /// so that dots can be told from underscores again.
    public static let dots = NameEscaping(description: "dots")
    /// Names get the prefix `U__`, and each character its number: `my.metric_a` is `U__my_2e_metric__a`. Nothing is lost.
    public static let values = NameEscaping(description: "values")
    /// Names stay as they are, in quotes: `{"my.metric"}`. Nothing is lost.
    public static let allowUTF8 = NameEscaping(description: "allow-utf-8")

    static func named(_ name: String) -> NameEscaping? {
        [.underscores, .dots, .values, .allowUTF8].first { $0.description == name }
    }

    /// A metric's name, or a label's, in which a colon is not allowed.
    ///
    /// Labels that begin with `__` are reserved for Prometheus, which drops them. A label that a scheme would make such a
    /// one begins with `_` alone: the `dots` of `_source` would be `__source`, and are `_source`.
    package func escaped(_ name: String, asLabel isLabel: Bool = false) -> String {
        let escaped = mapped(name, asLabel: isLabel)
        guard isLabel, escaped.utf8.starts(with: "__".utf8), !name.utf8.starts(with: "__".utf8) else { return escaped }
        return "_" + String(escaped.drop { $0 == "_" })
    }

    /// The name as the scheme alone has it.
    func mapped(_ name: String, asLabel isLabel: Bool) -> String {
        let isLegacy = isLabel ? MetricName.isValidLabel(name) : MetricName.isValid(name)
        func isAllowed(_ scalar: Unicode.Scalar, _ index: Int) -> Bool {
            scalar.isASCII && MetricName.isAllowed(UInt8(scalar.value), isFirst: index == 0, allowsColon: !isLabel)
        }
        func mapping(_ replace: (Unicode.Scalar) -> String, isAllowed: (Unicode.Scalar, Int) -> Bool) -> String {
            var text = ""
            for (index, scalar) in name.unicodeScalars.enumerated() {
                if isAllowed(scalar, index) { text.unicodeScalars.append(scalar) } else { text += replace(scalar) }
            }
            return text
        }
        switch self {
        case .underscores where !isLegacy:
            return mapping({ _ in "_" }, isAllowed: isAllowed)
        case .dots:
            return mapping({ $0 == "." ? "_dot_" : "__" }, isAllowed: { $0 != "_" && isAllowed($0, $1) })
        case .values where !isLegacy:
            // A digit that comes first is escaped, though it would not be the first behind the prefix: so do all clients.
            return "U__"
                + mapping(
                    { $0 == "_" ? "__" : "_\(String($0.value, radix: 16))_" },
                    isAllowed: { $0 != "_" && isAllowed($0, $1) }
                )
        default:
            return name
        }
    }
}
