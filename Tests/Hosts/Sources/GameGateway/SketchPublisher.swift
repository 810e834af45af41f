import Logging
import ServiceLifecycle
import Tally

/// Writes the users of the last day to Redis, whose `PFCOUNT` of all gateways' keys counts each person once.
struct SketchPublisher: Service {
    let redis: Redis
    let key: String
    let interval: Duration
    let metrics: GatewayMetrics
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await publish()
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Publishes once. If Redis is down, nothing is lost, because the next push contains all users again.
    private func publish() async {
        do {
            let sketch = metrics.activeUsers.sketch(over: .hours(24))
            try await redis.set(key, sketch.bytes(for: .redis), expiresAfter: .seconds(86_400))
            metrics.pushes.increment(for: .ok)
        } catch {
            metrics.pushes.increment(for: .failed)
            logger.warning("Redis is not available", metadata: ["error": "\(error)"])
        }
    }
}
