/// An escaping for names other than `[a-zA-Z_:][a-zA-Z0-9_:]*`. A scraper selects it in its Accept header.
///
/// Only registries with ``NameValidation/utf8`` have such names. In others, only ``dots`` changes a name.
///
/// https://prometheus.io/docs/instrumenting/escaping_schemes/
public struct NameEscaping: Sendable, Hashable, CustomStringConvertible {
    /// The name of the escaping, which follows `escaping=` in an Accept header: `allow-utf-8`.
    public let description: String

    /// Replaces each invalid character with `_`: `my.metric` becomes `my_metric`. Every scraper can read the result.
    public static let underscores = NameEscaping(description: "underscores")
    /// Replaces a dot with `_dot_`, and an underscore or any other invalid character with `__`: `my.metric_a` becomes
    /// `my_dot_metric__a`. Applies to every name, so that a reader can tell dots from underscores.
    public static let dots = NameEscaping(description: "dots")
    /// Prefixes the name with `U__` and replaces each invalid character with its code point: `my.metric_a` becomes
    /// `U__my_2e_metric__a`. Reversible.
    public static let values = NameEscaping(description: "values")
    /// Leaves names unchanged, in quotes: `{"my.metric"}`.
    public static let allowUTF8 = NameEscaping(description: "allow-utf-8")

    static func named(_ name: String) -> NameEscaping? {
        [.underscores, .dots, .values, .allowUTF8].first { $0.description == name }
    }

    /// Returns the escaped name of a metric or, if `isLabel`, of a label. Label names cannot contain a colon.
    ///
    /// Prometheus reserves and drops labels that begin with `__`. If escaping would produce such a label, the result
    /// begins with a single `_`: under `dots`, `_source` stays `_source` instead of `__source`.
    package func escaped(_ name: String, asLabel isLabel: Bool = false) -> String {
        let escaped = mapped(name, asLabel: isLabel)
        guard isLabel, escaped.utf8.starts(with: "__".utf8), !name.utf8.starts(with: "__".utf8) else { return escaped }
        return "_" + String(escaped.drop { $0 == "_" })
    }

    /// The name of a label in the escapings that can make two names equal.
    package static func forms(ofLabel name: String) -> Set<ByteName> {
        Set([allowUTF8, underscores, values].map { ByteName($0.escaped(name, asLabel: true)) })
    }

    /// Returns the escaped name without the exception for labels that begin with `__`.
    package func mapped(_ name: String, asLabel isLabel: Bool) -> String {
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
            // Like all clients, escapes a leading digit although it follows the prefix.
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
