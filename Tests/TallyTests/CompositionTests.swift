import Foundation
import Tally
import TallyTesting
import Testing

/// Several registries in one exposition.
struct CompositionTests {
    private let host = MetricRegistry(constantLabels: ["service": "chat"])
    private let library = MetricRegistry(constantLabels: ["service": "pool"])

    private func text(_ registry: MetricRegistry, _ format: ExpositionFormat = .prometheusText) -> String {
        String(decoding: registry.exposition(as: format).body, as: UTF8.self)
    }

    @Test
    func familiesOfAllRegistriesAreSortedTogether() throws {
        Counter("b_total", help: "B.", in: host).increment()
        Counter("a_total", help: "A.", in: library).increment(by: 2)
        Counter("c_total", help: "C.", in: library).increment(by: 3)
        host.include(library)
        host.include(library)
        let parsed = try ExpositionParser(.prometheusText).parse(host.exposition().body)
        let names = parsed.families.map(\.name)
        #expect(names == names.sorted())
        try host.expect(
            text: "a_total{service=\"pool\"} 2\nb_total{service=\"chat\"} 1\nc_total{service=\"pool\"} 3"
        )
        // The library can still be scraped alone, and metrics registered later are exposed too.
        try library.expect(text: "a_total{service=\"pool\"} 2\nc_total{service=\"pool\"} 3")
        Gauge("d", help: "", in: library).set(1)
        #expect(try host.value(of: "d") == 1)
        #expect(host.exclude(library))
        #expect(!host.exclude(library))
        try host.expect(text: "b_total{service=\"chat\"} 1")
    }

    @Test(arguments: [ExpositionFormat.prometheusText, .openMetrics, .json])
    func aFamilyOfSeveralRegistriesHasOneHeader(_ format: ExpositionFormat) throws {
        let own = try Counter.family(validating: "jobs", help: "Jobs.", labelNames: ["kind"], in: host)
        own[["x"]].increment()
        Counter("jobs", help: "Jobs of the library.", in: library).increment(by: 2)
        let third = MetricRegistry(constantLabels: ["service": "third"], ownMetrics: false)
        Counter("jobs", help: "", in: third).increment(by: 3)
        Counter("zebras", help: "", in: third).increment(by: 3)
        host.include(library)
        library.include(third)
        if format == .json {
            struct Family: Decodable {
                var name: String
                var help: String
                var metrics: [Metric]
            }
            struct Metric: Decodable {
                var labels: [String: String]?
                var value: String?
            }
            let families = try JSONDecoder().decode([Family].self, from: Data(host.exposition(as: .json).body))
            let jobs = families.filter { $0.name == "jobs_total" }
            #expect(jobs.map(\.help) == ["Jobs."])
            #expect(jobs.first?.metrics.map(\.value) == ["1", "2", "3"])
            #expect(families.last?.metrics.count == 1)
        } else {
            let parser = format == .openMetrics ? ExpositionParser(.openMetrics) : ExpositionParser(.prometheusText)
            let parsed = try parser.parse(host.exposition(as: format).body)
            #expect(parsed.samples(of: "jobs_total").map(\.value) == [1, 2, 3])
            #expect(parsed.samples(of: "jobs_total").map { $0[label: "service"] } == ["chat", "pool", "third"])
            #expect(parsed.families.count { $0.name.hasPrefix("jobs") } == 1)
        }
    }

    @Test
    func possiblyDuplicateSeriesAreLeftOut() throws {
        let other = MetricRegistry(ownMetrics: true)
        Counter("jobs", help: "Jobs.", in: host).increment()
        // Its label may also be `chat`, which is not checked for each series.
        let jobs = try Counter.family(validating: "jobs", help: "Jobs.", labelNames: ["service"], in: other)
        jobs[["chat"]].increment(by: 2)
        host.include(other)
        try host.expect(text: "jobs_total{service=\"chat\"} 1", of: ["jobs_total"])
        #expect(
            try other.value(of: "tally_scrape_errors_total", labels: ["family": "jobs_total"]) == 1
        )
    }

    @Test
    func familiesWithEqualConstantLabelsOrAnotherTypeAreLeftOut() throws {
        let same = MetricRegistry(constantLabels: ["service": "chat"])
        Counter("jobs", help: "Jobs.", in: host).increment()
        Counter("jobs", help: "Jobs.", in: same).increment(by: 2)
        host.include(same)
        Gauge("depth", help: "Depth.", in: host).set(1)
        Histogram("depth", help: "Depth.", buckets: [1], in: library).observe(1)
        host.include(library)
        let parsed = try ExpositionParser(.prometheusText).parse(host.exposition().body)
        #expect(parsed.samples(of: "jobs_total").map(\.value) == [1])
        #expect(parsed.family("depth")?.kind == .gauge)
        #expect(parsed.samples(of: "depth_count").isEmpty)
        #expect(try same.value(of: "tally_scrape_errors_total", labels: ["family": "jobs_total"]) == 1)
    }

    @Test
    func aFamilyWithoutChildrenReservesItsName() throws {
        let jobs = try Counter.family(validating: "jobs", help: "Jobs.", labelNames: ["kind"], in: host)
        Gauge("jobs_total", help: "Jobs of the library.", in: library).set(200)
        host.include(library)
        try host.expect(text: "")
        #expect(host.exposition(for: ScrapeRequest(names: ["jobs_total"])).body.isEmpty)
        jobs[["x"]].increment()
        try host.expect(text: "jobs_total{service=\"chat\",kind=\"x\"} 1")
        // An unregistered name is free.
        host.unregister("jobs_total")
        try host.expect(text: "jobs_total{service=\"pool\"} 200")
    }

    @Test
    func familiesWithCollidingSampleNamesAreLeftOut() throws {
        let other = MetricRegistry(constantLabels: ["service": "other"])
        Histogram("time", help: "", buckets: [1], in: host).observe(1)
        Gauge("time_count", help: "", in: other).set(1)
        Gauge("jobs", help: "", in: host).set(1)
        Counter("jobs", help: "", in: other).increment()
        Histogram("jobs_total", help: "", buckets: [1], in: library).observe(1)
        host.include(other)
        host.include(library)
        let parsed = try ExpositionParser(.prometheusText).parse(host.exposition().body)
        #expect(parsed.samples(of: "time_count").map(\.value) == [1])
        // A family that was left out does not exclude others.
        #expect(parsed.family("jobs_total")?.kind == .histogram)
        #expect(try other.value(of: "tally_scrape_errors_total", labels: ["family": "time_count"]) == 1)
    }

    @Test
    func ownMetricsAreExposedPerRegistryIfLabelsDistinguishThem() throws {
        host.include(library)
        let series = try host.samples(of: "tally_series").map { $0[label: "service"] }
        #expect(series == ["chat", "pool"])
        let nameless = MetricRegistry()
        let alike = MetricRegistry()
        nameless.include(alike)
        #expect(try nameless.samples(of: "tally_series").count == 1)
        #expect(try alike.samples(of: "tally_scrape_errors_total").isEmpty)
    }

    @Test
    func seriesCountsIncludeRegistriesWithoutExposedOwnMetrics() throws {
        let nameless = MetricRegistry()
        for alike in [MetricRegistry(), MetricRegistry(ownMetrics: false)] {
            try Gauge(validating: "g_\(alike.ownFamilyNames.isEmpty ? "bare" : "full")", help: "", in: alike).set(1)
            // Only one of these is exposed and counted.
            Counter("same", help: "", in: alike).increment()
            nameless.include(alike)
        }
        nameless.include(library)
        Gauge("pool_size", help: "", in: library).set(1)
        let parsed = try ExpositionParser(.prometheusText).parse(nameless.exposition().body)
        #expect(Set(parsed.families.map(\.name)).isSuperset(of: ["g_bare", "g_full", "same_total", "pool_size"]))
        #expect(parsed.samples(of: "tally_series").map(\.value) == [Double(parsed.samples.count)])

        // Registries that expose their own metrics count their own samples.
        host.include(library)
        Gauge("clients", help: "", in: host).set(1)
        let both = try ExpositionParser(.prometheusText).parse(host.exposition().body)
        for service in ["chat", "pool"] {
            let count = both.samples.count { $0[label: "service"] == service }
            #expect(try both.value(of: "tally_series", labels: ["service": service]) == Double(count))
        }
    }

    @Test
    func registriesMayIncludeEachOther() throws {
        Gauge("a", help: "", in: host).set(1)
        Gauge("b", help: "", in: library).set(2)
        host.include(library)
        library.include(host)
        host.include(host)
        #expect(try host.value(of: "b") == 2)
        #expect(try library.value(of: "a") == 1)
        #expect(try host.samples(of: "a").count == 1)
        // Breaks the reference cycle.
        host.exclude(library)
        library.exclude(host)
        host.exclude(host)
    }

    @Test
    func aRegistryThatIncludesItselfIsDeallocated() {
        weak var gone: MetricRegistry?
        do {
            let registry = MetricRegistry()
            registry.include(registry)
            gone = registry
        }
        #expect(gone == nil)
    }

    @Test
    func familiesOfIncludedRegistriesCanBeRequestedByName() throws {
        Gauge("a", help: "", in: host).set(1)
        Gauge("b", help: "", in: library).set(2)
        host.include(library)
        let body = host.exposition(for: ScrapeRequest(names: ["b"])).body
        #expect(String(decoding: body, as: UTF8.self).hasSuffix("\nb{service=\"pool\"} 2\n"))
        #expect(!String(decoding: body, as: UTF8.self).contains("\na{"))
    }

    @Test
    func chunksOfSeveralRegistriesJoinToTheExposition() throws {
        for (number, registry) in [host, library].enumerated() {
            let family = try Counter.family(
                validating: "many",
                help: "",
                labelNames: ["n"],
                maxChildren: 10_000,
                in: registry
            )
            for index in 0..<5000 { family[["\(number)-\(index)"]].increment() }
        }
        host.include(library)
        for format in [ExpositionFormat.prometheusText, .openMetrics, .json] {
            var pieces = 0
            var bytes: [UInt8] = []
            for chunk in host.chunks(for: ScrapeRequest(as: format, names: ["many_total"])) {
                pieces += 1
                bytes += chunk
            }
            #expect(pieces > 4)
            #expect(bytes == host.exposition(for: ScrapeRequest(as: format, names: ["many_total"])).body)
        }
        #expect(try host.samples(of: "many_total").count == 10_000)
    }

    @Test
    func familiesLeftOutOfABareLibraryCountAsErrorsOfTheHost() throws {
        let library = MetricRegistry(clock: ManualClock(), ownMetrics: false)
        let host = MetricRegistry(clock: ManualClock())
        Counter("jobs_total", help: "The host's.", in: host).increment()
        Counter("jobs_total", help: "The library's.", in: library).increment()
        host.include(library)
        _ = host.exposition()
        #expect(try host.value(of: "tally_scrape_errors_total", labels: ["family": "jobs_total"]) == 1)
    }
}
