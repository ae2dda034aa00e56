// The banner covers everything until somebody decides; the decision holds for
// both hosts. A user name that begins with “covered” brings it back.
const banner = document.querySelector("#onetrust-banner-sdk");
if (banner) {
  banner.hidden = document.cookie.includes("pine_cookies=");
  for (const button of banner.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      document.cookie = "pine_cookies=decided; path=/";
      banner.hidden = true;
    });
  }
  document.querySelector("#usernameTextBox")?.addEventListener("input", (event) => {
    if (event.target.value.startsWith("covered")) banner.hidden = false;
  });
}
