#if Listener
import Foundation
import Tally
import TallyListener
import TallyPage
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite(.timeLimit(.minutes(15)))
struct PageRouteTests {
    private func get(_ url: String, _ headers: [String: String] = [:]) async throws -> (HTTPURLResponse, String) {
        var request = URLRequest(url: try #require(URL(string: url)), timeoutInterval: 600)
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (body, response) = try await URLSession.shared.data(for: request)
        return (try #require(response as? HTTPURLResponse), String(decoding: body, as: UTF8.self))
    }

    @Test func thePageIsServedOnlyWhereItIsAsked() async throws {
        let registry = registry()
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let (response, _) = try await get(address.url(path: "/status"))
            #expect(response.statusCode == 404)
        }
        let route = ListenerRoute.page(StatusPage(registry: registry), at: "/page")
        try await MetricsListener(registry: registry, port: 0, routes: [route]).serving { address in
            let url = address.url(path: "/page")
            let (response, text) = try await get(url, ["Accept": "*/*"])
            #expect(response.statusCode == 200)
            #expect(text.contains("requests_total 3"))
            let (html, page) = try await get(url, ["Accept": "text/html"])
            #expect(page.hasPrefix("<!doctype html>"))
            #expect(html.value(forHTTPHeaderField: "Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
            let tag = try #require(html.value(forHTTPHeaderField: "ETag"))
            let (again, nothing) = try await get(url, ["Accept": "text/html", "If-None-Match": tag])
            #expect(again.statusCode == 304)
            #expect(nothing.isEmpty)
            let (_, found) = try await get(url + "?q=requests_total", ["Accept": "application/json"])
            #expect(found.contains(#""name":"requests_total""#))
            #expect(!found.contains(#""name":"tally_series""#))
        }
    }
}
#endif
