import NIOCore
import Testing

@testable import websocket_hub

/// Clients on real connections that behave.
@Suite(.timeLimit(.minutes(10)))
struct BroadcastTests {
    @Test func aMessageReachesEveryClientAndItsSender() async throws {
        try await HubBench.run { bench in
            let (alice, bob) = (try await bench.connect(), try await bench.connect())
            try await bench.waitForClients(2)
            try await alice.send("hello")
            #expect(await alice.nextText() == "hello")
            #expect(await bob.nextText() == "hello")
            try await bob.send(.binary, ByteBuffer(bytes: [0, 255]))
            let answer = await alice.next()
            #expect(answer?.opcode == .binary)
            #expect(answer?.data == ByteBuffer(bytes: [0, 255]))
            #expect(try bench.value("messages_total") == 2)
        }
    }

    @Test func fragmentsAreOneMessage() async throws {
        try await HubBench.run { bench in
            let client = try await bench.connect()
            try await client.send(.text, ByteBuffer(bytes: [0xC3]), fin: false)
            try await client.send(.ping, ByteBuffer(string: "between"))
            try await client.send(.continuation, ByteBuffer(bytes: [0xA9]), fin: false)
            try await client.send(.continuation)
            #expect(await client.nextText() == "pong")
            #expect(await client.nextText() == "é")
            #expect(try bench.value("messages_total") == 1)
        }
    }

    @Test func aPingIsAnsweredWithItsData() async throws {
        try await HubBench.run { bench in
            let client = try await bench.connect()
            try await client.send(.ping, ByteBuffer(string: "42"))
            let pong = await client.next()
            #expect(pong?.opcode == .pong)
            #expect(pong?.data == ByteBuffer(string: "42"))
            #expect(try bench.value("messages_total") == 0)
        }
    }

    @Test func comingAndGoingAreCountedOnce() async throws {
        try await HubBench.run { bench in
            let (alice, bob) = (try await bench.connect(), try await bench.connect())
            try await bench.wait(for: "connected_clients", toBe: 2)
            try await alice.sendClose(3000)
            #expect(await alice.closeCode() == .unknown(3000))
            try await bench.wait(for: "connected_clients", toBe: 1)
            try await bob.leave()
            try await bench.wait(for: "disconnections_total", toBe: 2)
            #expect(try bench.value("connected_clients") == 0)
            #expect(try bench.value("connections_total") == 2)
            _ = try await bench.connect()
            try await bench.wait(for: "connections_total", toBe: 3)
            #expect(try bench.value("connected_clients") == 1)
        }
    }

    @Test func aHundredClientsHearEachOther() async throws {
        try await HubBench.run { bench in
            try await withThrowingTaskGroup(of: SocketClient.self) { group in
                for _ in 0..<100 { group.addTask { try await bench.connect() } }
                var clients: [SocketClient] = []
                for try await client in group { clients.append(client) }
                try await bench.wait(for: "connected_clients", toBe: 100)
                for (number, client) in clients.enumerated() {
                    group.addTask {
                        try await client.send("\(number)")
                        return client
                    }
                }
                for client in clients {
                    group.addTask {
                        var heard: Set<String> = []
                        while heard.count < 100, let text = await client.nextText() { heard.insert(text) }
                        #expect(heard == Set((0..<100).map { "\($0)" }))
                        return client
                    }
                }
                try await group.waitForAll()
                #expect(try bench.value("messages_total") == 100)
                for client in clients {
                    group.addTask {
                        try await client.leave()
                        return client
                    }
                }
            }
            try await bench.wait(for: "disconnections_total", toBe: 100)
            #expect(try bench.value("connected_clients") == 0)
            #expect(try bench.value("connections_total") == 100)
        }
    }

    @Test func shutdownSaysGoingAwayAndWaitsForAnswers() async throws {
        try await HubBench.run { bench in
            let (polite, mute) = (try await bench.connect(), try await bench.connect())
            try await bench.waitForClients(2)
            await bench.group.triggerGracefulShutdown()
            #expect(await polite.closeCode() == .goingAway)
            #expect(await mute.closeCode() == .goingAway)
            try await polite.sendClose(1001)
            try await bench.wait(for: "disconnections_total", toBe: 1)
            #expect(try bench.value("connected_clients") == 1)
            // The mute client is watched, and given three seconds.
            try await bench.clock.waitForSleepers(2)
            bench.clock.advance(by: ClientSession.closePatience)
            try await bench.wait(for: "disconnections_total", toBe: 2)
            await #expect(throws: (any Error).self) { try await bench.connect() }
        }
    }
}
