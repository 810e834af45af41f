#if Docker
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Reads what engines answer.
enum EngineJSON {
    /// - Throws: If it is no JSON at all, or of another shape. A single value that is of another kind than it should be
    ///   is absent: it may be one that nobody has to know.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(SourceError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw SourceError(.malformed, "the engine's answer cannot be read")
        }
    }

    /// A value that is absent where it is of another kind.
    struct Lenient<Value: Decodable>: Decodable {
        let value: Value?

        init(from decoder: any Decoder) throws {
            value = try? decoder.singleValueContainer().decode(Value.self)
        }
    }
}
#endif
