// The button wakes up when the name could be one: an address, or ten digits.
const userName = document.querySelector("#usernameTextBox");
const next = document.querySelector("#lp1-next-btn");
const look = () => { next.disabled = !/^([^@\s]+@[^@\s]+\.[^@\s]+|[0-9]{10})$/.test(userName.value.trim()); };
userName.addEventListener("input", look);
look();
