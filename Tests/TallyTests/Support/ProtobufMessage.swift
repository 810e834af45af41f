/// A protobuf message as a reader without its schema sees it.
struct ProtobufMessage {
    enum Value: Equatable {
        case varint(UInt64)
        case fixed(UInt64)
        case data([UInt8])
    }

    struct Malformed: Error {}

    private(set) var fields: [(number: Int, value: Value)] = []

    init(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let tag = try Self.varint(&rest)
            switch tag & 7 {
            case 0: fields.append((Int(tag >> 3), .varint(try Self.varint(&rest))))
            case 1:
                guard rest.count >= 8 else { throw Malformed() }
                fields.append((Int(tag >> 3), .fixed(rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })))
                rest = rest.dropFirst(8)
            case 2: fields.append((Int(tag >> 3), .data(try Self.data(&rest))))
            default: throw Malformed()
            }
        }
    }

    /// Messages that each follow their length.
    static func delimited(_ bytes: [UInt8]) throws -> [ProtobufMessage] {
        var rest = bytes[...]
        var messages: [ProtobufMessage] = []
        while !rest.isEmpty { messages.append(try ProtobufMessage(data(&rest))) }
        return messages
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }

    private static func data(_ rest: inout ArraySlice<UInt8>) throws -> [UInt8] {
        let length = try varint(&rest)
        guard length <= rest.count else { throw Malformed() }
        defer { rest = rest.dropFirst(Int(length)) }
        return Array(rest.prefix(Int(length)))
    }

    func all(_ number: Int) -> [Value] { fields.filter { $0.number == number }.map(\.value) }

    func whole(_ number: Int) -> UInt64? {
        if case .varint(let value)? = all(number).last { return value }
        return nil
    }

    func zigzag(_ number: Int) -> Int64? { whole(number).map(Self.signed) }

    func fixed(_ number: Int) -> UInt64? {
        if case .fixed(let value)? = all(number).last { return value }
        return nil
    }

    func double(_ number: Int) -> Double? { fixed(number).map(Double.init(bitPattern:)) }

    func text(_ number: Int) -> String? {
        if case .data(let bytes)? = all(number).last { return String(decoding: bytes, as: UTF8.self) }
        return nil
    }

    func messages(_ number: Int) throws -> [ProtobufMessage] {
        try all(number).map { value in
            guard case .data(let bytes) = value else { throw Malformed() }
            return try ProtobufMessage(bytes)
        }
    }

    func message(_ number: Int) throws -> ProtobufMessage? { try messages(number).last }

    func packedVarints(_ number: Int) throws -> [UInt64] {
        guard case .data(let bytes)? = all(number).last else { return [] }
        var rest = bytes[...]
        var values: [UInt64] = []
        while !rest.isEmpty { values.append(try Self.varint(&rest)) }
        return values
    }

    static func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

    /// The labels of a metric of Prometheus.
    var labels: [String: String] {
        get throws {
            let pairs = try messages(1).map { ($0.text(1) ?? "", $0.text(2) ?? "") }
            return Dictionary(pairs) { first, _ in first }
        }
    }

    /// The buckets of one side of a native histogram: counts by key.
    func buckets(spans: Int, deltas: Int) throws -> [(key: Int, count: Int64)] {
        var buckets: [(key: Int, count: Int64)] = []
        var deltas = try packedVarints(deltas).map(Self.signed)[...]
        var (key, count): (Int, Int64) = (0, 0)
        for span in try messages(spans) {
            key += Int(span.zigzag(1) ?? 0)
            for _ in 0..<(span.whole(2) ?? 0) {
                guard let delta = deltas.popFirst() else { throw Malformed() }
                count += delta
                buckets.append((key, count))
                key += 1
            }
        }
        guard deltas.isEmpty else { throw Malformed() }
        return buckets
    }

    /// The histogram of the only series of a family in a document, checked for counts that add up.
    static func histogram(_ name: String, in body: [UInt8]) throws -> ProtobufMessage {
        let families = try delimited(body)
        guard let family = families.first(where: { $0.text(1) == name }),
            let histogram = try family.messages(4).first?.message(7)
        else { throw Malformed() }
        guard histogram.zigzag(5) != nil else { return histogram }
        let counts = try (histogram.buckets(spans: 9, deltas: 10) + histogram.buckets(spans: 12, deltas: 13))
            .map(\.count)
        let zero = Int64(histogram.whole(7) ?? 0)
        guard counts.allSatisfy({ $0 > 0 }), counts.reduce(zero, +) == Int64(histogram.whole(1) ?? 0) else {
            throw Malformed()
        }
        return histogram
    }
}
