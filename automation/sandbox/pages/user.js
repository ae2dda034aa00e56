// The button waits for something that looks like a user name.
const field = document.querySelector("#username");
const next = document.querySelector("#next");
const judge = () => { next.disabled = !/^([^@\s]+@[^@\s]+|[0-9]{10})$/.test(field.value.trim()); };
field.addEventListener("input", judge);
judge();
