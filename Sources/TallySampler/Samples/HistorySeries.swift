/// The values of one metric of one subject, in buckets of time.
public struct HistorySeries: Sendable, Hashable, Codable {
    /// The subject of the values.
    public let subject: SampleSubject
    /// The metric.
    public let metric: SampleMetric
    /// True if the values are the growth of a total per second, rather than the metric's own values.
    public let isRate: Bool
    /// The points, oldest first. A bucket without values has none.
    public let points: [HistoryPoint]
}

extension SampleSubject: Codable {
    private enum Keys: String, CodingKey {
        case kind, id, name
    }

    /// Decodes the kind, the id and the name, which may be missing.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        self.init(
            kind: Kind(try values.decode(String.self, forKey: .kind)),
            id: try values.decode(String.self, forKey: .id),
            name: try values.decodeIfPresent(String.self, forKey: .name)
        )
    }

    /// Encodes the kind, the id and the name.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Keys.self)
        try values.encode(kind.description, forKey: .kind)
        try values.encode(id, forKey: .id)
        try values.encode(name, forKey: .name)
    }
}

extension SampleMetric: Codable {
    /// Decodes the metric's name. Fails if there is no such metric.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let name = try value.decode(String.self)
        guard let metric = SampleMetric(name) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "there is no metric \(name)")
        }
        self = metric
    }

    /// Encodes the metric's name.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(description)
    }
}
