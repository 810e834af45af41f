#if Listener
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct AddressTests {
    @Test func portZeroReportsTheBoundPort() async throws {
        let listener = MetricsListener(registry: registry(), port: 0)
        try await listener.serving { one in
            try await listener.serving { other in
                #expect(one.host == "127.0.0.1")
                #expect(one.port > 0)
                #expect(one.port != other.port)
                for port in [one.port, other.port] {
                    let response = try await RawClient(port).get("/metrics")
                    #expect(response.status == 200)
                }
            }
        }
    }

    @Test func theAddressIsReportedOnce() async throws {
        let (reports, report) = AsyncStream.makeStream(of: ListenerAddress.self)
        let listener = MetricsListener(registry: registry(), port: 0)
        let task = Task {
            defer { report.finish() }
            try await listener.run { report.yield($0) }
        }
        var addresses: [ListenerAddress] = []
        for await address in reports {
            addresses.append(address)
            task.cancel()
        }
        try await task.value
        #expect(addresses.count == 1)
    }

    /// As in a service group, which only calls `run()`.
    @Test func aListenerThatRunsAsAServiceReportsItsAddress() async throws {
        let (reports, report) = AsyncStream.makeStream(of: ListenerAddress.self)
        let listener = MetricsListener(registry: registry(), port: 0, onListening: { report.yield($0) })
        let task = Task {
            defer { report.finish() }
            try await listener.run()
        }
        var addresses: [ListenerAddress] = []
        for await address in reports {
            #expect(try await RawClient(address.port).get("/metrics").status == 200)
            addresses.append(address)
            task.cancel()
        }
        try await task.value
        #expect(addresses.count == 1)
    }

    @Test func aTakenPortThrowsAnErrorThatNamesTheAddress() async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            let error = try await failure(of: MetricsListener(registry: registry(), port: address.port))
            #expect(error.code == .addressInUse)
            #expect(error.description.contains("127.0.0.1:\(address.port)"))
        }
    }

    @Test func aForeignAddressThrowsAnErrorThatNamesIt() async throws {
        let host = "192.0.2.1"
        let listener = MetricsListener(registry: registry(), host: host, port: 9_464, allowsNonLoopback: true)
        let error = try await failure(of: listener)
        #expect(error.code == .cannotBind)
        #expect(error.description.contains("192.0.2.1:9464"))
    }

    @Test func anUnresolvableHostThrowsAnErrorThatNamesIt() async throws {
        let error = try await failure(of: MetricsListener(registry: registry(), host: "not a host", port: 0))
        #expect(error.code == .cannotBind)
        #expect(error.description.contains("'not a host'"))
    }

    @Test(arguments: ["0.0.0.0", "::", "", "192.0.2.1", "::ffff:192.0.2.1", "128.0.0.1", "fe80::1", "0"])
    func aNonLoopbackHostThrowsAnErrorThatNamesIt(host: String) async throws {
        let error = try await failure(of: MetricsListener(registry: registry(), host: host, port: 0))
        #expect(error.code == .notLoopback)
        #expect(error.description.contains("'\(host)'"))
        #expect(error.description.contains("allowsNonLoopback: true"))
    }

    @Test(arguments: ["0.0.0.0", "::", ""])
    func aNonLoopbackHostIsBoundWhenAllowed(host: String) async throws {
        let listener = MetricsListener(registry: registry(), host: host, port: 0, allowsNonLoopback: true)
        try await listener.serving { address in
            #expect(address.host == (host.isEmpty ? "0.0.0.0" : host))
            let reached = address.host == "::" ? "::1" : "127.0.0.1"
            let response = try await RawClient(address.port, host: reached).get("/metrics")
            #expect(response.status == 200)
        }
    }

    @Test(arguments: ["127.0.0.1", "127.8.9.10", "localhost", "::1", "::ffff:127.0.0.1"])
    func aLoopbackHostNeedsNoPermission(host: String) async throws {
        try await MetricsListener(registry: registry(), host: host, port: 0).serving { address in
            let client = try await RawClient(address.port, host: address.host)
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test func urlsBracketOnlyIPv6Addresses() {
        let four = ListenerAddress.tcp(host: "127.0.0.1", port: 9_464)
        #expect(four.url(path: "/metrics") == "http://127.0.0.1:9464/metrics")
        #expect(four.url() == "http://127.0.0.1:9464/")
        let six = ListenerAddress.tcp(host: "::1", port: 80)
        #expect(six.url(path: "/metrics") == "http://[::1]:80/metrics")
        #expect(six.description == "[::1]:80")
    }

    @Test(arguments: [-1, 65_536, .max, .min])
    func anInvalidPortThrowsAnErrorThatNamesIt(port: Int) async throws {
        let error = try await failure(of: MetricsListener(registry: registry(), port: port))
        #expect(error.code == .invalidConfiguration)
        #expect(error.description.contains("\(port)"))
    }
}
#endif
