package io.darkroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, against the packaged application. */
class LightTableIT {
    private static final double SOON_MS = 60_000;

    @TempDir
    static Path folder;

    private static Chromium chromium;
    private static AppProcess app;

    private final List<String> complaints = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void start() throws IOException {
        chromium = Chromium.start();
        app = AppProcess.start(folder, "log").awaitReady();
    }

    @AfterAll
    static void stop() {
        if (app != null) {
            app.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void open() {
        open(new Browser.NewContextOptions().setViewportSize(1360, 900));
    }

    private void open(Browser.NewContextOptions how) {
        context = chromium.browser().newContext(how);
        context.setDefaultTimeout(SOON_MS / 4);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onRequest(request -> asked.add(request.url()));
        page.navigate(app.at("/").toString());
        assertThat(page.locator("#link")).hasText("Live", within());
    }

    /** Whatever a test does: no violation of the policy, no error, nothing asked of anybody else. */
    @AfterEach
    void quiet() {
        context.close();
        assertThat(complaints).isEmpty();
        assertThat(asked)
                .isNotEmpty()
                .allMatch(url -> url.startsWith(app.at("/").toString()) || url.startsWith("data:"));
    }

    private static LocatorAssertions.HasTextOptions within() {
        return new LocatorAssertions.HasTextOptions().setTimeout(SOON_MS);
    }

    private Locator field(String label) {
        return page.locator("#compose .field")
                .filter(new Locator.FilterOptions()
                        .setHas(page.getByText(label, new Page.GetByTextOptions().setExact(true))))
                .locator("input, textarea, select");
    }

    private Locator button(Locator in, String name) {
        return in.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    /** The job's place on the table. */
    private Locator job(String prompt) {
        return page.locator(".job").filter(new Locator.FilterOptions().setHasText(prompt));
    }

    private static Locator awaitStatus(Locator job, String status) {
        assertThat(job.and(job.page().locator("[data-status=" + status + "]")))
                .hasCount(1, new LocatorAssertions.HasCountOptions().setTimeout(SOON_MS));
        return job;
    }

    private Locator develop(String prompt, int steps) {
        field("Prompt").fill(prompt);
        field("Steps").fill(Integer.toString(steps));
        page.locator("#compose").getByText("Develop").click();
        return job(prompt);
    }

    private static void assertLoaded(Locator picture, int width) {
        assertThat(picture.evaluate("img => img.decode().then(() => img.naturalWidth)"))
                .isEqualTo(width);
    }

    @Test
    void aPictureDevelopsWithPreviewsAndIsShown() {
        assertThat(field("Prompt").inputValue()).isEqualTo("a photorealistic mountain lake at sunset, 4k");
        // A preview is soon followed by the picture: whoever looks afterwards would miss it.
        page.evaluate("() => { window.previews = 0; new MutationObserver(changes => changes.forEach(({target}) => {"
                + " if (target.src.startsWith('data:image/jpeg;base64,')) window.previews++; }))"
                + ".observe(document.querySelector('#jobs'), {subtree: true, attributeFilter: ['src']}); }");

        Locator job = awaitStatus(develop("green hills at dawn, oil painting", 200), "completed");

        assertThat((Integer) page.evaluate("window.previews")).isPositive();
        assertThat(job.locator("progress")).hasAttribute("max", "200");
        assertLoaded(job.locator("img"), 128);
        assertThat(job.locator(".note")).containsText("200 steps  ·  guidance 7.5");
        assertThat(page.locator("#news")).hasText("Finished: green hills at dawn, oil painting");
    }

    @Test
    void aPictureIsLookedAtWithItsParametersAndMadeAgainWithAnotherSeed() {
        field("Seed").fill("5");
        Locator job = awaitStatus(develop("a red ball in a meadow", 4), "completed");

        job.locator("button.frame").click();

        Locator viewer = page.getByRole(AriaRole.DIALOG);
        assertThat(viewer.locator("dl")).containsText("Seed5Steps4Guidance7.5SamplerDDIM");
        assertLoaded(viewer.locator("img"), 128);
        button(viewer, "Another seed").click();
        assertThat(viewer).isHidden();
        assertThat(job).hasCount(2);
        awaitStatus(job.nth(0), "completed");
        assertThat(job.nth(0).locator(".note").textContent())
                .startsWith("seed ")
                .doesNotStartWith("seed 5 ");
        assertThat(job.nth(0).locator(".note")).containsText("4 steps");
    }

    @Test
    void aJobIsCanceled() {
        Locator job = develop("a desert that nobody waits for", 900);

        job.getByText("Cancel").click();

        awaitStatus(job, "canceled");
        assertThat(job.locator(".note")).hasText("Canceled");
    }

    @Test
    void guidanceIsSwept() {
        Locator job = awaitStatus(develop("a sailboat on a lake", 3), "completed");
        button(job, "Sweep guidance").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        dialog.getByLabel("Guidance values").fill("1, much");
        button(dialog, "Sweep").click();
        assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("Expected numbers");

        dialog.getByLabel("Guidance values").fill("1, 3, 7.5");
        button(dialog, "Sweep").click();

        Locator sweep = page.locator(".job.strip");
        assertThat(sweep.locator("figcaption"))
                .hasText(
                        new String[] {"guidance 1", "guidance 3", "guidance 7.5"},
                        new LocatorAssertions.HasTextOptions().setTimeout(SOON_MS));
        for (int i = 0; i < 3; i++) {
            assertLoaded(sweep.locator("img").nth(i), 128);
        }
    }

    @Test
    void aFinishedPictureIsEdited() {
        Locator job = awaitStatus(develop("a pine forest in summer", 6), "completed");
        button(job, "Edit").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog.getByLabel("What it shows now")).hasValue("a pine forest in summer");

        dialog.getByLabel("What it should show").fill("a pine forest in snow");
        dialog.getByLabel("Steps").fill("6");
        button(dialog, "Edit").click();

        Locator edited = awaitStatus(job("a pine forest in snow"), "completed");
        assertThat(edited.locator(".note")).containsText("edited");
        assertLoaded(edited.locator("img"), 128);
    }

    @Test
    void whatIsWrongIsSaidAtItsField() {
        field("Width").fill("100");
        develop("a hill", 0);

        assertThat(page.locator("#compose").getByRole(AriaRole.ALERT)).containsText("Steps: expected");
        assertThat(page.locator("#compose").getByRole(AriaRole.ALERT)).containsText("Width: 100");
        assertThat(field("Steps")).hasAttribute("aria-invalid", "true");
        assertThat(field("Steps")).isFocused();
        complaints.removeIf(text -> text.contains("400 (Bad Request)"));
    }

    @Test
    void everythingIsDoneByKeyboardAlone() {
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        page.keyboard().press("Tab");
        assertThat(field("Prompt")).isFocused();
        page.keyboard().press("Control+a");
        page.keyboard().type("dunes at noon");
        while (!"num_inference_steps".equals(page.evaluate("document.activeElement.name"))) {
            page.keyboard().press("Tab");
        }
        page.keyboard().press("Control+a");
        page.keyboard().type("3");
        page.keyboard().press("Control+Enter");
        Locator job = awaitStatus(job("dunes at noon"), "completed");

        while (!Boolean.TRUE.equals(job.evaluate("job => job.contains(document.activeElement)"))) {
            page.keyboard().press("Tab");
        }
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
        page.keyboard().press("Escape");
        assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
        assertThat(job.locator("button.frame")).isFocused();
    }

    @Test
    void aPhoneHasEverythingInOneColumn() {
        context.close();
        open(new Browser.NewContextOptions()
                .setViewportSize(390, 844)
                .setHasTouch(true)
                .setIsMobile(true));
        assertThat(field("Steps")).isHidden();
        page.getByText("Settings").tap();
        field("Steps").fill("3");
        field("Prompt").fill("the sea on a phone");
        page.locator("#compose").getByText("Develop").tap();

        Locator job = awaitStatus(job("the sea on a phone"), "completed");
        assertThat(job).isInViewport();
        assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
        for (Locator action : job.locator("button").all()) {
            assertThat(action.boundingBox().height).isGreaterThanOrEqualTo(40);
        }
        job.locator("button.frame").tap();
        assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
    }

    @Test
    void whatAScreenReaderNeedsIsThere() {
        awaitStatus(develop("a balloon, to be heard of", 2), "completed");
        assertAccessible();

        job("a balloon, to be heard of").locator("button.frame").click();
        assertAccessible();
        page.keyboard().press("Escape");
        button(job("a balloon, to be heard of"), "Edit").click();
        assertAccessible();
    }

    private void assertAccessible() {
        AxeResults found = new AxeBuilder(page).analyze();

        assertThat(found.getPasses()).isNotEmpty();
        assertThat(found.getViolations())
                .extracting(rule -> rule.getId() + ": " + rule.getNodes())
                .isEmpty();
    }

    @Test
    void thePolicyStopsScriptsOfOthers() {
        page.evaluate("() => { const s = document.createElement('script'); s.textContent = 'window.intruder = 1';"
                + " document.body.append(s); }");

        assertThat(page.evaluate("window.intruder")).isNull();
        assertThat(complaints).singleElement().asString().contains("Content Security Policy");
        complaints.clear();
    }

    @Test
    void everyPageSeesEveryJobAlsoAfterAReload() {
        Page other = context.newPage();
        other.navigate(app.at("/").toString());
        assertThat(other.locator("#link")).hasText("Live", within());

        awaitStatus(develop("a lake that two look at", 3), "completed");

        Locator there = other.locator(".job").filter(new Locator.FilterOptions().setHasText("a lake that two look at"));
        awaitStatus(there, "completed");
        other.reload();
        awaitStatus(there, "completed");
        assertLoaded(there.locator("img"), 128);
    }

    @Test
    void aLockedTableOpensWithTheToken(@TempDir Path own) throws IOException {
        try (AppProcess locked =
                AppProcess.start(own, "log", "darkroom.web.token=a-long-secret").awaitReady()) {
            Page there = context.newPage();
            there.navigate(locked.at("/").toString());
            Locator dialog = there.getByRole(AriaRole.DIALOG);
            dialog.getByLabel("Token").fill("another");
            button(dialog, "Open").click();
            assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("this is not the darkroom.web.token");

            dialog.getByLabel("Token").fill("a-long-secret");
            button(dialog, "Open").click();

            assertThat(dialog).isHidden();
            assertThat(there.locator("#link")).hasText("Live", within());
            assertLoaded(awaitStatus(there.locator(".job"), "completed").locator("img"), 128);
        }
    }
}
