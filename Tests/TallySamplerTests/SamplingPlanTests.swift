import Testing

@testable import TallySampler

/// The plan that results from the settings.
struct SamplingPlanTests {
    private func plan(_ interval: Int, _ retention: Int) -> SamplingPlan {
        SamplingPlan(SamplingSettings(interval: .seconds(interval), retention: .seconds(retention)))
    }

    @Test func retentionIsAtMostThirtyOneDays() {
        let days = Duration.seconds(31 * 86_400)
        #expect(plan(15, 31 * 86_400) == .on(interval: .seconds(15), retention: days))
        #expect(plan(15, 31 * 86_400 + 1) == .on(interval: .seconds(15), retention: days))
        #expect(plan(0, .max) == .off(retention: days))
        #expect(plan(15, 1) == .on(interval: .seconds(15), retention: .seconds(1)))
    }

    @Test func missingSettingsKeepThePlan() {
        for plan in [SamplingPlan.unknown, .off(retention: nil), plan(15, 7200)] { #expect(plan.after(nil) == plan) }
    }
}
