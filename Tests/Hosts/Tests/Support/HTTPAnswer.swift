package import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The response to a request.
package struct HTTPAnswer: Sendable {
    package let status: Int
    package let headers: [String: String]
    package let body: Data

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a JSON object.
    package var json: [String: Any] {
        get throws { try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:] }
    }

    /// A header field by its name, in any case.
    package subscript(header: String) -> String? {
        headers.first { $0.key.lowercased() == header.lowercased() }?.value
    }

    /// Sends a request with Foundation's client, which decompresses bodies and follows redirects.
    package static func of(
        _ method: String = "GET",
        _ url: String,
        headers: [String: String] = [:],
        body: Data? = nil
    ) async throws -> HTTPAnswer {
        guard let url = URL(string: url) else { throw Program.Failed(description: "\(url) is not a URL") }
        var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        request.timeoutInterval = 300
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = response as? HTTPURLResponse
        var fields: [String: String] = [:]
        for (name, value) in answer?.allHeaderFields ?? [:] { fields["\(name)"] = "\(value)" }
        return HTTPAnswer(status: answer?.statusCode ?? 0, headers: fields, body: data)
    }

    /// Sends a request with curl and shows the response as it came: nothing is decompressed or followed.
    ///
    /// - Parameter options: Further options, such as `-H`, `name: value`, `-X`, `PUT`.
    package static func curl(_ url: String, _ options: String...) async throws -> HTTPAnswer {
        let folder = try TemporaryFolder()
        let files = ["headers", "body"].map { folder.url.appending(path: $0) }
        let arguments = ["-sS", "--max-time", "300", "-D", files[0].path, "-o", files[1].path]
        _ = try await Program.output(of: "curl", arguments + options + [url])
        // Interim responses come first, each with a head of its own.
        let heads = String(decoding: try Data(contentsOf: files[0]), as: UTF8.self).components(separatedBy: "\r\n\r\n")
        let lines = heads.last { !$0.isEmpty }?.components(separatedBy: "\r\n") ?? []
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[String(parts[0])] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let body = (try? Data(contentsOf: files[1])) ?? Data()
        return HTTPAnswer(status: status, headers: fields, body: body)
    }
}
