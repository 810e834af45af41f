extension MetricRegistry {
    /// Returns the request that replaces all metrics of a group in a Pushgateway. For jobs that end before a scrape.
    ///
    /// If the registry has asynchronous collectors, await ``collect(for:)`` first. The gateway rejects an empty job and
    /// invalid label names. It also rejects a series whose `job` or other grouping label has a different value.
    ///
    /// https://github.com/prometheus/pushgateway#url
    ///
    /// - Parameters:
    ///   - job: The value of the label `job`.
    ///   - grouping: Further labels that identify the group, such as the instance.
    ///   - format: ``ExpositionFormat/prometheusText``, or ``ExpositionFormat/protobuf`` for native histograms. A
    ///     Pushgateway accepts no other.
    public func pushgateway(
        job: String,
        grouping: [String: String] = [:],
        as format: ExpositionFormat = .prometheusText
    ) -> PushRequest {
        let labels = [(key: "job", value: job)] + grouping.sorted { ByteName($0.key) < ByteName($1.key) }
        return PushRequest(
            method: "PUT",
            path: "/metrics" + labels.map { PushPath.segments($0.key, $0.value) }.joined(),
            contentType: format.contentType,
            body: exposition(as: format).body
        )
    }

    /// Returns the request that sends all metrics to an OTLP receiver over HTTP: an OpenTelemetry collector, Prometheus
    /// (`/api/v1/otlp` before the path), VictoriaMetrics.
    ///
    /// Names are unchanged. Histograms with native buckets are exponential histograms. All totals are cumulative. If
    /// the registry has asynchronous collectors, await ``collect(for:)`` first.
    ///
    /// https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
    ///
    /// - Parameter resource: Attributes of the process, such as `service.name`.
    public func otlp(resource: [String: String]) -> PushRequest {
        let (snapshot, parts, start) = snapshot(for: ScrapeRequest())
        let encoder = OTLPEncoder(
            resource: resource.sorted { ByteName($0.key) < ByteName($1.key) },
            time: UnixTime(context.wallSeconds())
        )
        let body = encoder.encode(snapshot)
        let duration = context.now().since(start)
        for part in parts { part.ownMetrics?.scraped(in: duration) }
        return PushRequest(method: "POST", path: "/v1/metrics", contentType: "application/x-protobuf", body: body)
    }
}

/// The path of a group in a Pushgateway.
private enum PushPath {
    /// `/instance/web-1`, or `/path@base64/L3Zhcg` for a value that a path cannot contain.
    static func segments(_ name: String, _ value: String) -> String {
        // A server would remove or merge these segments before it decodes them.
        let isPlain = !value.isEmpty && !value.utf8.contains(UInt8(ascii: "/")) && value != "." && value != ".."
        return isPlain
            ? "/\(encoded(name))/\(encoded(value))"
            : "/\(encoded(name))@base64/\(value.isEmpty ? "=" : base64(value))"
    }

    /// https://www.rfc-editor.org/rfc/rfc3986#section-2.3
    private static let unreserved = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8
    )

    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte -> [UInt8] in
            if unreserved.contains(byte) { return [byte] }
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The alphabet for URLs, without padding. https://www.rfc-editor.org/rfc/rfc4648#section-5
    private static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var digits: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in text.utf8 {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                digits.append(alphabet[Int(bits >> count & 63)])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { digits.append(alphabet[Int(bits << (6 - count) & 63)]) }
        return String(decoding: digits, as: UTF8.self)
    }
}
