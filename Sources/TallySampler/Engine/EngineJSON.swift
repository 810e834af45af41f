#if Docker
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Decodes the replies of engines.
enum EngineJSON {
    /// - Throws: An error if the JSON is invalid or has another structure. A `Lenient` value of another type is absent.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(SourceError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let problem = "the engine's answer is not the expected JSON; check that it is Docker or Podman"
            throw SourceError(.malformed, problem)
        }
    }

    /// A value that is absent if it has another type, because it may not be needed.
    struct Lenient<Value: Decodable>: Decodable {
        let value: Value?

        init(from decoder: any Decoder) throws {
            value = try? decoder.singleValueContainer().decode(Value.self)
        }
    }
}
#endif
