import Foundation
import Yams

/// The settings of a hub, from flags and a YAML file with the same names. A later setting overrides an earlier one.
struct HubSettings: Equatable {
    var host = "127.0.0.1"
    var port = 8080
    var metricsPort = 9464
    /// The PEM files of the certificate chain and its private key. Without them, the hub speaks plain `ws://`.
    var certificate: String?
    var key: String?

    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: some Sequence<String>) throws {
        var iterator = arguments.makeIterator()
        while let flag = iterator.next() {
            guard flag.hasPrefix("--"), let value = iterator.next() else {
                throw Mistake(description: "usage: websocket-hub [--config FILE] [--port N] [--metrics-port N] …")
            }
            guard flag == "--config" else {
                try set(String(flag.dropFirst(2)), value)
                continue
            }
            let file = try String(contentsOfFile: value, encoding: .utf8)
            for (name, value) in try YAMLDecoder().decode([String: String].self, from: file) { try set(name, value) }
        }
        guard (certificate == nil) == (key == nil) else {
            throw Mistake(description: "TLS needs both certificate and key")
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Mistake) {
        switch name {
        case "host": host = value
        case "port": port = try Self.port(name, value)
        case "metrics-port": metricsPort = try Self.port(name, value)
        case "certificate": certificate = value
        case "key": key = value
        default: throw Mistake(description: "there is no setting \(name)")
        }
    }

    private static func port(_ name: String, _ value: String) throws(Mistake) -> Int {
        guard let port = UInt16(value) else { throw Mistake(description: "\(name) must be 0 to 65535, not \(value)") }
        return Int(port)
    }
}
